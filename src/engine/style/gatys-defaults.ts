/** How Gatys' optimisation is set where nobody says otherwise: looked at on photographs and drawn styles at 192 to 256 pixels. */

/** Beside a content weight of 1, at strength 1: fine hatching swallows a face by then, a mosaic does not. */
const MOST_STYLE = 10;

/** 0 at strength 0: nothing but the content counts then. At ¾ it is 4, at ½ 1.2, where a style begins to show in more than the colours. */
export const styleWeight = (strength: number): number => MOST_STYLE * strength ** 3;
