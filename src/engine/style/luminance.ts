/** How light a colour is: Y of YIQ, ITU-R BT.601, of the pixel at byte `at`. */
export const luminance = (rgb: Uint8Array, at: number): number =>
  0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!;
