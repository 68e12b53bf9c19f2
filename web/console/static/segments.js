// How many segments a text costs: the same rules as channels/segments.py, for counting while somebody types.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENDED = new Set("\f^{}\\[~]|€");

export function count(text) {
  const characters = [...text];
  const gsm = characters.every((one) => BASIC.has(one) || EXTENDED.has(one));
  const widths = characters.map((one) => (gsm ? (EXTENDED.has(one) ? 2 : 1) : one.length));
  const [alone, joined] = gsm ? [160, 153] : [70, 67];
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= alone) return { units, segments: Math.min(1, units) };
  let [segments, used] = [1, 0];
  for (const width of widths) {
    if (used + width > joined) [segments, used] = [segments + 1, 0];
    used += width;
  }
  return { units, segments };
}

export function inWords(text) {
  const { segments } = count(text);
  return segments === 1 ? "1 segment" : `${segments} segments`;
}
