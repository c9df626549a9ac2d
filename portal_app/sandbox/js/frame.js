// The fields themselves. What is typed leaves this frame only for the sandbox's own API.
(() => {
  const by = (id) => document.getElementById(id);
  const form = by("form");
  const DIGITS = /\D/g;
  // The first digits tell the brand (ISO/IEC 7812 ranges), the brand the length and the code's.
  const BRANDS = [
    { name: "amex", title: "Amex", starts: /^3[47]/, length: 15, code: 4 },
    { name: "visa", title: "Visa", starts: /^4/, length: 16, code: 3 },
    { name: "mastercard", title: "Mastercard", starts: /^(5[1-5]|2[2-7])/, length: 16, code: 3 },
    { name: "discover", title: "Discover", starts: /^6(011|4|5)/, length: 16, code: 3 },
    { name: "unionpay", title: "UnionPay", starts: /^62/, length: 16, code: 3 },
    { name: "jcb", title: "JCB", starts: /^35/, length: 16, code: 3 },
    { name: "diners", title: "Diners", starts: /^3[068]/, length: 14, code: 3 },
  ];
  const UNKNOWN = { name: "unknown", title: "", length: 16, code: 3 };
  let port, settings;

  const digits = (id) => by(id).value.replace(DIGITS, "");
  const brand = () => BRANDS.find(({ starts }) => starts.test(digits("number"))) ?? UNKNOWN;
  const kind = () => form.elements.kind.value;

  function luhn(number) {
    const sum = [...number].reverse().reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return number.length > 11 && sum % 10 === 0;
  }

  function expiry() {
    const typed = digits("expiry");
    return { month: Number(typed.slice(0, 2)), year: 2000 + Number(typed.slice(2, 4)) };
  }

  const wrong = (code, message) => ({ type: "validation_error", code, message });

  // Each answers with what is wrong, if anything; `done` tells what is unfinished from what is bad.
  const CHECKS = {
    number() {
      const typed = digits("number");
      // UnionPay has lengths of its own; the rest end where their brand does.
      if (typed.length < brand().length) {
        return wrong("incomplete_number", "Your card number is incomplete.");
      }
      if (!luhn(typed)) return wrong("invalid_number", "Your card number is invalid.");
    },
    expiry() {
      if (digits("expiry").length < 4) {
        return wrong("incomplete_expiry", "Your card’s expiration date is incomplete.");
      }
      const { month, year } = expiry();
      const now = new Date();
      if (month < 1 || month > 12) {
        return wrong("invalid_expiry_month", "Your card’s expiration date is invalid.");
      }
      if (year * 12 + month < now.getFullYear() * 12 + now.getMonth() + 1) {
        return wrong("invalid_expiry_year_past", "Your card’s expiration year is in the past.");
      }
    },
    cvc() {
      if (digits("cvc").length < brand().code) {
        return wrong("incomplete_cvc", "Your card’s security code is incomplete.");
      }
    },
    iban() {
      const typed = iban();
      if (typed.length < 15) return wrong("incomplete_iban", "Your IBAN is incomplete.");
      if (!mod97(typed)) return wrong("invalid_iban", "Your IBAN is invalid.");
    },
    name() {
      if (!by("name").value.trim()) return wrong("incomplete_name", "Your name is incomplete.");
    },
    email() {
      if (!by("email").value.trim() || !by("email").validity.valid) {
        return wrong("incomplete_email", "Your email address is incomplete.");
      }
    },
  };
  const FIELDS = { card: ["number", "expiry", "cvc"], sepa_debit: ["iban", "name", "email"] };

  const iban = () => by("iban").value.replace(/\s/g, "").toUpperCase();
  // ISO 13616: the four first characters last, letters as numbers, remainder one.
  function mod97(text) {
    const moved = text.slice(4) + text.slice(0, 4);
    const numbers = moved.replace(/[A-Z]/g, (letter) => letter.charCodeAt(0) - 55);
    return /^\d+$/.test(numbers) && [...numbers].reduce((rest, one) => (rest * 10 + +one) % 97, 0) === 1;
  }

  const groups = (text, sizes) => {
    const parts = [];
    for (const size of sizes) {
      if (text) parts.push(text.slice(0, size));
      text = text.slice(size);
    }
    return parts.join(" ");
  };
  const SHAPES = {
    number() {
      const { name, length } = brand();
      const sizes = name === "amex" || name === "diners" ? [4, 6, 5] : [4, 4, 4, 4, 3];
      return groups(digits("number").slice(0, name === "unionpay" ? 19 : length), sizes);
    },
    expiry() {
      let typed = digits("expiry").slice(0, 4);
      if (/^[2-9]/.test(typed)) typed = `0${typed}`.slice(0, 4);
      return typed.length > 2 ? `${typed.slice(0, 2)} / ${typed.slice(2)}` : typed;
    },
    cvc: () => digits("cvc").slice(0, brand().code),
    iban: () => groups(iban().slice(0, 34), Array(9).fill(4)),
  };

  function shape(field) {
    const place = field.selectionStart;
    const end = place === field.value.length;
    field.value = SHAPES[field.id]();
    if (!end) field.setSelectionRange(place, place);
  }

  function show(id, problem) {
    by(id).setAttribute("aria-invalid", String(Boolean(problem)));
    by(`${id}-error`).textContent = problem?.message ?? "";
    resize();
  }

  const send = (name, event) => port?.postMessage({ name, event });
  const resize = () => send("resize", { height: document.querySelector("main").offsetHeight });
  const fields = () => FIELDS[kind()];

  function changed() {
    const empty = fields().every((id) => !by(id).value);
    const complete = fields().every((id) => !CHECKS[id]());
    send("change", { elementType: "payment", empty, complete, collapsed: false, value: { type: kind() } });
  }

  function typed({ target }) {
    if (target.name === "kind") {
      for (const one of Object.keys(FIELDS)) by(one).hidden = one !== kind();
      resize();
    } else {
      if (SHAPES[target.id]) shape(target);
      by("brand").textContent = brand().title;
      const bad = target.getAttribute("aria-invalid") === "true" || finished(target.id);
      if (bad) show(target.id, CHECKS[target.id]());
    }
    changed();
  }

  // A number that is whole can be judged while the focus is still on it.
  const finished = (id) => id === "number" && digits("number").length >= brand().length;

  function validate() {
    const found = fields().map((id) => [id, CHECKS[id]()]);
    for (const [id, problem] of found) show(id, problem);
    const [id, error] = found.find(([, problem]) => problem) ?? [];
    if (id) by(id).focus();
    return error ? { error } : { kind: kind() };
  }

  function details() {
    if (kind() === "sepa_debit") {
      return {
        type: "sepa_debit",
        "sepa_debit[iban]": iban(),
        "billing_details[name]": by("name").value.trim(),
        "billing_details[email]": by("email").value.trim(),
      };
    }
    const { month, year } = expiry();
    return {
      type: "card",
      "card[number]": digits("number"),
      "card[exp_month]": month,
      "card[exp_year]": year,
      "card[cvc]": digits("cvc"),
    };
  }

  async function create() {
    const invalid = validate();
    if (invalid.error) return invalid;
    try {
      const reply = await fetch(`${settings.base}/v1/payment_methods`, {
        method: "POST",
        headers: { Authorization: `Bearer ${settings.key}` },
        body: new URLSearchParams(details()),
      });
      const answer = await reply.json();
      return answer.error ? { error: answer.error } : { method: answer };
    } catch {
      const message = "The connection was lost. Please check it and try again.";
      return { error: { type: "api_connection_error", message } };
    }
  }

  function dress(given) {
    settings = given;
    const { variables = {}, rules = {}, theme } = settings.appearance;
    const looks = { ...variables, colorBorder: rules[".Input"]?.borderColor ?? "" };
    for (const [name, value] of Object.entries(looks)) {
      document.documentElement.style.setProperty(`--${name}`, value);
    }
    document.documentElement.style.colorScheme = theme === "night" ? "dark" : "light";
    by("kinds").hidden = settings.kinds.length < 2;
    by("mandate").hidden = settings.terms?.sepaDebit === "never";
    resize();
  }

  const ANSWERS = { validate, create };
  async function hear({ data }) {
    if (data.settings) dress(data.settings);
    if (data.focus) by(fields()[0]).focus();
    if (data.clear) form.reset();
    if (data.ask) port.postMessage({ answer: { id: data.id, ...(await ANSWERS[data.ask]()) } });
  }

  addEventListener("message", ({ data, origin, ports, source }) => {
    if (port || source !== parent || origin !== location.origin || !data.begin) return;
    [port] = ports;
    port.onmessage = hear;
    form.hidden = false;
    dress(data.begin);
    new ResizeObserver(resize).observe(document.querySelector("main"));
    send("ready", { elementType: "payment" });
    changed();
  });
  form.addEventListener("input", typed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("focusin", () => send("focus", { elementType: "payment" }));
  form.addEventListener("focusout", ({ target }) => {
    if (CHECKS[target.id] && target.value) show(target.id, CHECKS[target.id]());
    send("blur", { elementType: "payment" });
  });
  form.addEventListener("keydown", ({ key }) => key === "Escape" && send("escape", {}));
})();
