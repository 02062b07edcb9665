// What the page holds packed: the numbers, and the plotting library.

async function unpacked(id) {
  const packed = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i += 1) bytes[i] = packed.charCodeAt(i); // `from` takes longer
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).text();
}

const [numbers, library] = await Promise.all(["packed-data", "packed-library"].map(unpacked));
const report = JSON.parse(numbers);
const libraryScript = document.createElement("script");
libraryScript.textContent = library;
document.head.append(libraryScript);
