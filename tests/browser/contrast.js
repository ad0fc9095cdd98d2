// Texts whose contrast with what lies behind them is below WCAG AA: [text, ratio, colour, ground].
() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3]));
  const light = (colour) => {
    const [r, g, b] = colour.map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const grounds = [];
    for (let one = element; one; one = one.parentElement) grounds.push(rgba(getComputedStyle(one).backgroundColor));
    return grounds.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const strength = (element) => {
    let found = 1;
    for (let one = element; one; one = one.parentElement) found *= Number(getComputedStyle(one).opacity);
    return found;
  };
  const faults = [];
  const look = (element, text, style) => {
    const below = ground(element);
    const colour = rgba(style.color);
    const shown = over([...colour.slice(0, 3), colour[3] * strength(element)], below);
    const [bright, dark] = [light(shown), light(below)].sort((one, other) => other - one);
    const ratio = (bright + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) faults.push([text.slice(0, 40), Number(ratio.toFixed(2)), shown.map(Math.round).join(), below.map(Math.round).join()]);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let n = 0;
  while (walk.nextNode()) {
    const { parentElement: element, data } = walk.currentNode;
    const text = data.trim();
    if (!text || !element.checkVisibility() || element.closest(".sr, :disabled, option")) continue;
    n += 1;
    look(element, text, getComputedStyle(element));
  }
  for (const element of document.querySelectorAll(".mention[data-label]")) {
    look(element, `label ${element.dataset.label}`, getComputedStyle(element, "::after"));
  }
  return [n, faults];
}
