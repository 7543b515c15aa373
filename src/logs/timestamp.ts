/** YYYYMMDD_HHMMSS_ffffff in local time; the last three digits are `extraMicros` (0 to 999), since clocks count milliseconds. */
export function timestamp(at: number, extraMicros = 0): string {
  const date = new Date(at);
  const pad = (value: number, length = 2): string => String(value).padStart(length, "0");
  const day = `${date.getFullYear()}${pad(date.getMonth() + 1)}${pad(date.getDate())}`;
  const time = `${pad(date.getHours())}${pad(date.getMinutes())}${pad(date.getSeconds())}`;
  return `${day}_${time}_${pad(date.getMilliseconds() * 1000 + extraMicros, 6)}`;
}
