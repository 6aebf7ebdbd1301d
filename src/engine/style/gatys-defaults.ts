/** How Gatys' optimisation is set where nobody says otherwise. */

/** Beside a content weight of 1, at strength 1. */
const MOST_STYLE = 100;

/** 0 at strength 0: nothing but the content counts then. */
export const styleWeight = (strength: number): number => MOST_STYLE * strength ** 3;
