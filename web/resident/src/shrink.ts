// Photos are made small on the phone: a picture of 12 megapixels becomes some hundred kilobytes before it is sent.

export const LONGEST_SIDE = 1600;
const QUALITY = 0.82;
export const THUMBNAIL_SIDE = 200;

export interface Size {
  width: number;
  height: number;
}

/** The largest size with the same proportions whose longer side is at most `longest`; never larger than it was. */
export function fit(size: Size, longest: number): Size {
  const factor = Math.min(1, longest / Math.max(size.width, size.height));
  return {
    width: Math.max(1, Math.round(size.width * factor)),
    height: Math.max(1, Math.round(size.height * factor)),
  };
}

/** Whether the shrunk picture is worth sending instead of the file: not if it came out larger. */
export function isWorthIt(original: number, shrunk: number): boolean {
  return shrunk > 0 && shrunk < original;
}

export interface Shrunk {
  blob: Blob;
  /** A small picture as a data address, for the page and the draft; empty if this browser cannot show the file. */
  thumbnail: string;
}

/**
 * Browsers before `image-orientation: from-image` draw a photo as the sensor saw it; for them the file goes as it is and
 * the server turns it.
 */
function turnsByItself(): boolean {
  return typeof CSS !== "undefined" && CSS.supports("image-orientation", "from-image");
}

function open(file: Blob): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const address = URL.createObjectURL(file);
    const image = new Image();
    image.onload = () => {
      URL.revokeObjectURL(address);
      resolve(image);
    };
    image.onerror = () => {
      URL.revokeObjectURL(address);
      reject(new Error("not a picture"));
    };
    image.src = address;
  });
}

function draw(image: HTMLImageElement, longest: number): HTMLCanvasElement {
  const size = fit({ width: image.naturalWidth, height: image.naturalHeight }, longest);
  const canvas = document.createElement("canvas");
  canvas.width = size.width;
  canvas.height = size.height;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  // JPEG has no transparency: what was transparent becomes paper, not black.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, size.width, size.height);
  context.drawImage(image, 0, 0, size.width, size.height);
  return canvas;
}

function jpeg(canvas: HTMLCanvasElement): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

/** The photo to send. If anything fails the file itself is returned: the server can shrink it too. */
export async function shrink(file: File): Promise<Shrunk> {
  try {
    const image = await open(file);
    const thumbnail = draw(image, THUMBNAIL_SIDE).toDataURL("image/jpeg", 0.7);
    if (!turnsByItself()) return { blob: file, thumbnail };
    const blob = await jpeg(draw(image, LONGEST_SIDE));
    return { blob: blob && isWorthIt(file.size, blob.size) ? blob : file, thumbnail };
  } catch {
    return { blob: file, thumbnail: "" };
  }
}
