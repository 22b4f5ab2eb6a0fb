/* <table class="table heat" data-controller="heat-map">: arrow keys move between the linked cells, Home and End to the row's ends.
   Tab enters the table once, at the cell used last. */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class HeatMap {
  constructor(element) {
    this.rows = [...element.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.querySelector("a")).filter(Boolean)).filter((row) => row.length);
    this.rows.flat().forEach((link, at) => { link.tabIndex = at === 0 ? 0 : -1; });
    element.addEventListener("keydown", (event) => this.move(event));
    element.addEventListener("focusin", (event) => this.stay(event.target));
  }

  stay(link) {
    if (!this.rows.some((row) => row.includes(link))) return;
    this.rows.flat().forEach((other) => { other.tabIndex = other === link ? 0 : -1; });
  }

  move(event) {
    const y = this.rows.findIndex((row) => row.includes(event.target));
    if (y < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const row = this.rows[y];
    const x = row.indexOf(event.target);
    const step = MOVES[event.key];
    const next = step ? this.rows[y + step[0]]?.[Math.min(x + step[1], (this.rows[y + step[0]]?.length ?? 1) - 1)]
      : event.key === "Home" ? row[0] : event.key === "End" ? row.at(-1) : null;
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
}
