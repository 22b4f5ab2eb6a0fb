export const render = null; // to be written
