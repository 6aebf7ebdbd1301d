/** How different two pictures look to the feature net. Zhang et al. 2018 ("LPIPS"), without its learned weights. */

/** The maps of one layer of one picture: channels × height × width. */
export interface Maps {
  channels: number;
  data: Float32Array;
}

/**
 * Mean over the layers of the mean over the places of |f̂(a) − f̂(b)|², where f̂ is the feature vector at a place brought
 * to length 1. 0 is equal, 2 the most a layer can give. A proxy: the layers are those of models/features, all channels
 * count alike, and the figure does not compare with published LPIPS.
 */
export function perceptualDistance(a: readonly Maps[], b: readonly Maps[]): number {
  return a.reduce((sum, maps, i) => sum + layerDistance(maps, b[i]!), 0) / a.length;
}

function layerDistance({ channels, data: a }: Maps, { data: b }: Maps): number {
  const places = a.length / channels;
  let total = 0;
  for (let p = 0; p < places; p++) {
    let [aa, bb, ab] = [1e-10, 1e-10, 0];
    for (let c = 0; c < channels; c++) {
      const [x, y] = [a[c * places + p]!, b[c * places + p]!];
      aa += x * x;
      bb += y * y;
      ab += x * y;
    }
    // |x/|x| − y/|y||² = |x̂|² + |ŷ|² − 2 x̂·ŷ; dark places of both nets have no direction and count as equal.
    const [nx, ny] = [(aa - 1e-10) / aa, (bb - 1e-10) / bb];
    total += nx + ny - (2 * ab) / Math.sqrt(aa * bb);
  }
  return total / places;
}
