interface PngChunk {
  name: string;
  data: Uint8Array;
}
declare module 'png-chunks-extract' {
  export default function extractChunks(png: Uint8Array): PngChunk[];
}
declare module 'png-chunks-encode' {
  export default function encodeChunks(chunks: PngChunk[]): Uint8Array;
}
