export { draw } from "./text.js";
