// What is laid out badly on the page as it is: a question for `looks.js`.
(() => {
  const SLACK = 1.5;
  const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  // Boxes that can be seen: what is written in one may not stick out of it.
  const BOXES = '.card, .alert, .badge, .button, .menu, .preview, .segments, .header-row, td, th';
  const root = document.documentElement;

  const name = (node) => {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const words = (element.textContent || element.name || '').trim().replace(/\s+/g, ' ');
    const kind = element.tagName.toLowerCase() + (element.className.baseVal ?? element.className)
      .toString().split(' ').filter(Boolean).map((one) => '.' + one).join('');
    return `${kind} “${words.slice(0, 40)}”`;
  };

  // What is asked of an element over and over in one look; forgotten before the next.
  const kept = new Map();
  const once = (question, answer) => {
    kept.set(question, new WeakMap());
    return (element) => {
      const answers = kept.get(question);
      if (!answers.has(element)) answers.set(element, answer(element));
      return answers.get(element);
    };
  };
  const forget = () => kept.forEach((_, question) => kept.set(question, new WeakMap()));

  // Meant for readers only: cut down to nothing, itself or what it is in.
  const unseen = once('unseen', (element) =>
    getComputedStyle(element).clipPath === 'inset(50%)' ||
    (element.parentElement ? unseen(element.parentElement) : false));
  const seen = once('seen', (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest('.skip-link, option, script, style') &&
    !unseen(element));
  // Itself or the nearest that scrolls or clips what is in it; null at the page's own.
  const clipping = once('clipping', (element) =>
    !element || element === document.body || element === root ? null
      : getComputedStyle(element).overflow !== 'visible' ? element : clipping(element.parentElement));

  // The part of *rect* that its scrolling or clipping ancestors leave; null when none.
  const clipped = (element, rect) => {
    let { left, top, right, bottom } = rect;
    for (let up = clipping(element.parentElement); up; up = clipping(up.parentElement)) {
      const box = up.getBoundingClientRect();
      left = Math.max(left, box.left);
      top = Math.max(top, box.top);
      right = Math.min(right, box.right);
      bottom = Math.min(bottom, box.bottom);
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null;
  };

  // What floats above the page (an open menu, a fixed note) is compared with itself alone.
  const layer = once('layer', (element) =>
    getComputedStyle(element).position === 'fixed' ? element
      : element.parentElement ? layer(element.parentElement) : null);

  const texts = () => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !seen(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        // A line's box is higher than its letters: neighbours may share that air.
        const air = rect.height * 0.2;
        const ink = { left: rect.left, right: rect.right, top: rect.top + air, bottom: rect.bottom - air };
        const left = clipped(element, ink);
        if (left) found.push({ node, element, whole: ink, rect: left, layer: layer(element) });
      }
    }
    return found;
  };

  const controls = () => {
    const found = [];
    for (const element of document.querySelectorAll(CONTROLS)) {
      if (!seen(element)) continue;
      for (const whole of element.getClientRects()) {
        const rect = clipped(element, whole);
        if (rect) found.push({ node: element, element, whole, rect, layer: layer(element) });
      }
    }
    return found;
  };

  // Bullets and lines that a style draws at the side of words.
  const marks = () => {
    const found = [];
    for (const element of document.querySelectorAll('body *')) {
      for (const which of ['::before', '::after']) {
        const style = getComputedStyle(element, which);
        if (style.content === 'none' || style.position !== 'absolute' || !seen(element)) continue;
        const box = element.getBoundingClientRect();
        const [left, top] = [box.left + parseFloat(style.left), box.top + parseFloat(style.top)];
        const [right, bottom] = [left + parseFloat(style.width), top + parseFloat(style.height)];
        const rect = clipped(element, { left, top, right, bottom });
        if (rect) found.push({ node: element, element, mark: which, rect, layer: layer(element) });
      }
    }
    return found;
  };

  const meet = (a, b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > SLACK &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > SLACK;

  const overlaps = (things) => {
    const found = [];
    things.sort((a, b) => a.rect.top - b.rect.top);
    things.forEach((one, place) => {
      for (let next = place + 1; next < things.length; next += 1) {
        const other = things[next];
        if (other.rect.top > one.rect.bottom) break;
        if (one.layer !== other.layer || !meet(one.rect, other.rect)) continue;
        const mark = one.mark ?? other.mark;
        const words = [one, other].some((thing) => thing.node.nodeType === Node.TEXT_NODE);
        if (mark ? !words : one.node.contains(other.node) || other.node.contains(one.node)) continue;
        found.push(`${name(one.node)} lies over ${mark ?? ''}${name(other.node)}`);
      }
    });
    return found;
  };

  const out = ({ node, element, whole, layer: own }) => {
    const found = [];
    if (whole.left < -SLACK || whole.right > root.clientWidth + SLACK) {
      let up = element;
      while (up && getComputedStyle(up).overflowX === 'visible') up = up.parentElement;
      if (!up) found.push(`${name(node)} is beyond the screen`);
    }
    for (let up = element.closest(BOXES); up; up = up.parentElement?.closest(BOXES)) {
      if (up === node || layer(up) !== own) continue;
      const box = up.getBoundingClientRect();
      const style = getComputedStyle(up);
      if (style.display === 'contents' || style.display === 'inline') continue;
      const aside = whole.left < box.left - SLACK || whole.right > box.right + SLACK;
      const below = whole.top < box.top - SLACK || whole.bottom > box.bottom + SLACK;
      if (aside || (below && style.overflowY === 'visible'))
        found.push(`${name(node)} sticks out of ${name(up)}`);
      // What it cuts off is seen nowhere further out.
      if (style.overflow !== 'visible') break;
    }
    return found;
  };

  // Text that its own box cuts off, and boxes that have to be scrolled sideways.
  const cut = () => {
    const found = [];
    for (const element of document.querySelectorAll('body *')) {
      const style = getComputedStyle(element);
      if (style.overflow === 'visible' || element.matches('input, select, textarea, svg, progress')) continue;
      if (!element.textContent.trim() || !seen(element)) continue;
      const wide = element.scrollWidth > element.clientWidth + 1;
      const high = element.scrollHeight > element.clientHeight + 1;
      if (wide) found.push(`${name(element)} is cut off at its side`);
      if (high && !['auto', 'scroll'].includes(style.overflowY)) found.push(`${name(element)} is cut off below`);
    }
    return found;
  };

  // What sticks to the top would lie over what is scrolled below it.
  scrollTo({ top: 0, behavior: 'instant' });
  return () => {
    forget();
    const [words, presses] = [texts(), controls()];
    const wide = root.scrollWidth > root.clientWidth ? ['the page scrolls sideways'] : [];
    return [...wide, ...cut(), ...words.flatMap(out), ...presses.flatMap(out), ...overlaps([...words, ...presses, ...marks()])];
  };
})()
