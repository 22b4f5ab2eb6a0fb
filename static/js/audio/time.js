/** 83.27 s → "1:23", with one digit "1:23.2"; an hour and more as "1:02:03". */
export function clockTime(seconds, digits = 0) {
  const tenths = Math.floor(seconds * 10 + 1e-6);
  const whole = Math.floor(tenths / 10);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}${digits ? `.${tenths % 10}` : ""}`;
}
