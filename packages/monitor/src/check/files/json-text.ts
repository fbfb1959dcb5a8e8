// Places inside of a text in JSON: an escape is one character of the text and several of the file.

/** The offset in the file of the character at `index` of the text that begins with its quote at `start`. */
export function jsonOffset(file: string, start: number, index: number): number {
  let offset = start + 1;
  for (let passed = 0; passed < index && file[offset] !== '"'; passed++) {
    if (file[offset] !== '\\') offset++;
    else offset += file[offset + 1] === 'u' ? 6 : 2;
  }
  return offset;
}
