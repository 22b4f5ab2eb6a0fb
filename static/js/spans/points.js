/* Offsets in two countings. Answers count Unicode code points, as the server does; the browser counts UTF-16 units, of
   which a character beyond U+FFFF takes two. Only texts that hold such characters cost anything. */

/** How many of the ascending `list` are below `limit`, by halving. */
function below(list, limit, at = (place) => list[place]) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(middle) < limit) low = middle + 1; else high = middle;
  }
  return low;
}

/** {toPoint(unit), toUnit(point), length: in code points} of a text. A unit inside a pair counts as the pair's start;
    half a pair alone is a code point, as in Python. */
export function pointsOf(text) {
  const pairs = []; // units at which pairs start
  for (const found of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) pairs.push(found.index);
  return {
    length: text.length - pairs.length,
    toPoint: (unit) => unit - below(pairs, unit), // less those pairs that start before it
    toUnit: (point) => point + below(pairs, point, (place) => pairs[place] - place),
  };
}
