/** Reading a code in a picture, in this browser: the picture leaves it for nowhere. */
const LONGEST_PX = 1600;

function pixelsOf(source: CanvasImageSource, width: number, height: number): ImageData | undefined {
  const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || canvas.width === 0) return undefined;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

async function read(pixels: ImageData | undefined): Promise<string | undefined> {
  if (!pixels) return undefined;
  const { default: jsQR } = await import("jsqr");
  return jsQR(pixels.data, pixels.width, pixels.height)?.data || undefined;
}

/** What the code in a photo says; nothing if there is none that can be read. */
export async function readPhoto(file: File): Promise<string | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return undefined;
  const text = await read(pixelsOf(picture, picture.width, picture.height));
  picture.close();
  return text;
}

/** What the code before the camera says. */
export const readVideo = (video: HTMLVideoElement): Promise<string | undefined> => read(pixelsOf(video, video.videoWidth, video.videoHeight));
