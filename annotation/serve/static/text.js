// Captions in code points: the server counts those, JavaScript's own strings count UTF-16 units.

const JOINED = /^[\p{M}\u200d\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]/u;
const OPEN_ENDED = /[\p{M}\u200d]$/u;
const REGION = /^\p{Regional_Indicator}$/u; // two of them are a flag
const WORDLIKE = /[\p{L}\p{N}_]/u;

/** The code points of a text; half a pair stays as it is. */
export const codePoints = (text) => Array.from(text);

export const slice = (points, start, end) => points.slice(start, end).join("");

/**
 * What the cursor steps over: tokens of the server, those of one written sign joined (accents, emoji sequences).
 * Each has start, end (code points) and `word`: whether it is more than punctuation.
 */
export function units(points, tokens) {
  const found = [];
  for (const [start, end] of tokens) {
    const before = found.at(-1);
    const isJoined = before && before.end === start && (JOINED.test(points[start]) || OPEN_ENDED.test(points[start - 1]) || isFlag(points, before, start));
    if (isJoined) before.end = end;
    else found.push({ start, end });
  }
  for (const unit of found) unit.word = WORDLIKE.test(slice(points, unit.start, unit.end)) || unit.end - unit.start > 1;
  return found;
}

const isFlag = (points, before, start) => before.end - before.start === 1 && REGION.test(points[before.start]) && REGION.test(points[start]);

/** The unit that holds a code point, or the one before it. */
export function unitAt(all, place) {
  let found = 0;
  all.forEach((unit, at) => { if (unit.start <= place) found = at; });
  return found;
}
