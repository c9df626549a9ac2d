// What a question finds in every look of the loaded page: as it is and, where it wears a brand, in
// each of *brands*; in every direction and theme. Given to `page.evaluate`; leaves the page as it
// was. *ask* answers with a list of faults, or promises one.
async ({ themes, directions, brands }, ask) => {
  const root = document.documentElement;
  const shell = document.querySelector('.shell');

  const wear = (brand) => {
    const mark = document.querySelector('.header .brand')?.firstChild;
    const before = [shell.style.cssText, mark?.data];
    for (const [token, value] of Object.entries(brand.tokens)) shell.style.setProperty(token, value);
    if (mark) mark.data = brand.wordmark;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(brand.sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
      // By the object model: the pages' policy refuses style attributes.
      shell.style.cssText = before[0];
      if (mark) mark.data = before[1];
    };
  };

  const branded = shell && (shell.style.getPropertyValue('--accent') || document.querySelector('link[href^="/brand/"]'));
  const looks = branded ? brands : [];
  const [classes, dir, theme, scheme] =
    [root.className, root.dir, root.dataset.theme, root.style.colorScheme];
  const found = {};
  for (const look of [null, ...looks]) {
    const undo = look ? wear(look) : () => {};
    for (const direction of directions)
      for (const colours of themes) {
        root.dir = direction;
        root.classList.remove('light', 'dark');
        root.classList.add(colours);
        root.dataset.theme = colours;
        root.style.colorScheme = colours;
        for (const fault of new Set(await ask()))
          (found[fault] ??= []).push(`${look ? look.name : 'as it is'} ${direction} ${colours}`);
      }
    undo();
  }
  [root.className, root.dir, root.style.colorScheme] = [classes, dir, scheme];
  if (theme === undefined) delete root.dataset.theme;
  else root.dataset.theme = theme;
  return Object.entries(found).map(([fault, where]) => `${fault} (${where.join(', ')})`);
}
