/**
 * The word "AI" in a frame, as lines in a square of 24 x 24: our own plain mark of pictures that a machine made. The icons that the European Commission
 * published with its code of practice are not in this package.
 */
export const aiMarkLines =
  'M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM6.5 16.5l3.5-9 3.5 9M7.7 13.5h4.6M17 7.5v9';

/** The mark in white on a dark ground, so that it shows on any picture. */
export const aiMarkSvg = (edge: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${edge}" height="${edge}" viewBox="0 0 24 24"><rect x="1" y="1" width="22" height="22" rx="4" fill="#000" fill-opacity="0.72"/><path d="${aiMarkLines}" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
