/* Pages with charts. */
import { Chart } from "../controllers/chart.js";
import { start } from "../lib/controllers.js";

start({ chart: Chart });
