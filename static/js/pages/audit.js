/* An audit's page: one answer after the other. */
import { Audit } from "../controllers/audit.js";
import { start } from "../lib/controllers.js";

start({ audit: Audit });
