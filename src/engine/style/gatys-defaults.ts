/** How Gatys' optimisation is set where nobody says otherwise: looked at on photographs and drawn styles at 192 to 256 pixels. */

/** Beside a content weight of 1, at strength 1: fine hatching swallows a face by then, a mosaic does not. */
const MOST_STYLE = 20;

/** 0 at strength 0: nothing but the content counts then. At ½ it is 2.5, from where on a style is plainly there. */
export const styleWeight = (strength: number): number => MOST_STYLE * strength ** 3;
