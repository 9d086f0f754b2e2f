// Pictures on their way in: from files, a drop, the clipboard or a camera.
// Owns looking at them, making huge ones smaller, and writing them as data: URLs. Boxes are shares of the upright
// picture, so a smaller copy changes no box. Does not own where they are shown (picture.js, view.js).

import { Problem } from "./server.js";

const LONGEST_SIDE = 4096;
const LARGEST_AS_IS = 12 * 2 ** 20;
const AS_THEY_ARE = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp"];

let counted = 0;

// A picture: {id, name, url (for showing), blob (for sending), width, height (upright), smaller}. Throws `Problem`.
export async function take(file, limits) {
  const name = file.name || "picture.png";
  const image = await opened(file, name);
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const asIs = scale === 1 && file.size <= LARGEST_AS_IS && AS_THEY_ARE.includes(file.type);
  const blob = asIs ? file : await drawn(image, scale, file.type === "image/png" ? "image/png" : "image/jpeg");
  const fits = blob !== null && blob.size <= limits.picture_bytes;
  if (!asIs || !fits) URL.revokeObjectURL(image.src);
  if (!fits) throw new Problem("pictureTooLarge", { name });
  counted += 1;
  const url = asIs ? image.src : URL.createObjectURL(blob);
  return { id: counted, name, blob, width, height, smaller: scale < 1, url };
}

// The file as the browser shows it: upright, whatever way the camera was held.
async function opened(file, name) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    if (!image.naturalWidth) throw new Error("no size");
    return image;
  } catch {
    URL.revokeObjectURL(image.src);
    throw new Problem("notPicture", { name });
  }
}

async function drawn(image, scale, type) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, type, 0.92);
  });
}

// The picture as a data: URL.
export function dataUrl(picture) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Problem("notPicture", { name: picture.name }));
    reader.readAsDataURL(picture.blob);
  });
}

// The picture files of a drop or a paste.
export function pictureFiles(transfer) {
  return [...((transfer && transfer.files) || [])].filter((file) => file.type.startsWith("image/"));
}
