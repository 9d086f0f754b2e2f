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
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Problem("notPicture", { name });
  }
  const { width, height } = bitmap;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  const asIs = scale === 1 && file.size <= LARGEST_AS_IS && AS_THEY_ARE.includes(file.type);
  let blob = file;
  try {
    if (!asIs) blob = await drawn(bitmap, scale, file.type === "image/png" ? "image/png" : "image/jpeg");
  } finally {
    bitmap.close();
  }
  if (blob === null || blob.size > limits.picture_bytes) throw new Problem("pictureTooLarge", { name });
  counted += 1;
  const smaller = scale < 1;
  return { id: counted, name, blob, width, height, smaller, url: URL.createObjectURL(blob) };
}

async function drawn(bitmap, scale, type) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
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
