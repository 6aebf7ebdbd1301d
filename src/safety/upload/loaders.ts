/** Which of the image library's loaders may run in this process at all. */
import sharp from 'sharp';

/** Of everything that reads files, only these: no SVG, no TIFF, no PDF, nothing that reads paths. */
const ALLOWED = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((format) => `VipsForeignLoad${format}Buffer`);

/** For the whole process, until it ends. */
export function restrictLoaders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: ALLOWED });
}
