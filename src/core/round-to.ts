/** With so many digits after the point at most: what sums of cents and milliseconds leave behind is cut. */
export function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
