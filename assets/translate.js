// The catalogue is put on `globalThis` by /i18n.js, which the server answers by cookie.
// Keys are the English texts, so a missing entry reads as English.
export const t = (lang, key, values) => {
  const text = globalThis.__portal_messages?.[lang]?.[key] ?? key;
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
};
