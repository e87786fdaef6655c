import * as assert from 'uvu/assert';
import { dequantizeQ8, f8e4m3ToFloat, floatToHalf, halfToFloat, quantizeQ8 } from '../../lib/models/formats/float-formats.ts';
import { decodeFloats, encodeFloats } from '../../lib/models/formats/float-tensors.ts';
import { suite } from '../harness.ts';

suite('number formats', (test) => {
  test('every half survives the way to a float and back', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfToFloat(bits);
      if (Number.isNaN(value)) assert.ok(Number.isNaN(halfToFloat(floatToHalf(value))));
      else assert.is(floatToHalf(value), bits, `0x${bits.toString(16)}`);
    }
  });
  // Between two halves the nearer one, at the middle the even one (IEEE 754 roundTiesToEven).
  for (const [value, bits] of [
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [2 ** -25, 0],
    [2 ** -25 * 1.5, 1],
    [-0.5, 0xb800],
  ] as const)
    test(`rounds ${value} to 0x${bits.toString(16)}`, () => assert.is(floatToHalf(value), bits));
  // OCP 8-bit floating point specification, table of E4M3 values.
  for (const [bits, value] of [
    [0x00, 0],
    [0x01, 2 ** -9],
    [0x07, 7 * 2 ** -9],
    [0x08, 2 ** -6],
    [0x38, 1],
    [0x7e, 448],
    [0xfe, -448],
  ] as const)
    test(`E4M3 0x${bits.toString(16)} is ${value}`, () => assert.is(f8e4m3ToFloat(bits), value));
  test('E4M3 0x7f is NaN', () => assert.ok(Number.isNaN(f8e4m3ToFloat(0x7f))));

  test('Q8_0 of a block is the scale and the rounded quotients', () => {
    const values = new Float32Array(32);
    values[0] = 12.7;
    values[1] = -6.35;
    values[2] = 0.05; // half a step: away from zero
    const bytes = quantizeQ8(values);
    assert.is(bytes.length, 34);
    assert.ok(Math.abs(halfToFloat(bytes.readUInt16LE(0)) - 0.1) < 1e-4);
    assert.equal([bytes.readInt8(2), Math.abs(bytes.readInt8(3)), bytes.readInt8(5)], [127, 64, 0]);
  });
  test('Q8_0 gives back every value within half a step', () => {
    const values = Float32Array.from({ length: 640 }, (_, index) => Math.sin(index * 12.9898) * 10 ** ((index % 5) - 2));
    const back = dequantizeQ8(quantizeQ8(values));
    for (let block = 0; block < values.length; block += 32) {
      const largest = Math.max(...values.subarray(block, block + 32).map(Math.abs));
      for (let index = block; index < block + 32; index++)
        assert.ok(Math.abs((values[index] ?? 0) - (back[index] ?? 0)) <= (largest / 127) * 0.57);
    }
  });
  test('a block of zeros stays zero', () => assert.ok(dequantizeQ8(quantizeQ8(new Float32Array(32))).every((value) => value === 0)));
});

suite('number formats of whole tensors', (test) => {
  test('every F16 comes back, and floats round as one by one', () => {
    const all = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer);
    const values = decodeFloats(all, 'F16') as Float32Array;
    const back = new Uint16Array(encodeFloats(values, 'F16').slice().buffer);
    for (let bits = 0; bits < 65_536; bits++) {
      assert.ok(Object.is(values[bits], Math.fround(halfToFloat(bits))), String(bits));
      if (!Number.isNaN(values[bits])) assert.is(back[bits], bits);
    }
    const words = Uint32Array.from({ length: 200_000 }, (_, index) => Math.imul(index + 1, 2_654_435_761));
    const edges = Float32Array.of(
      0,
      -0,
      65_519.996,
      65_520,
      -65_520,
      2 ** -14,
      2 ** -14 - 2 ** -25,
      2 ** -24,
      2 ** -25,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      Infinity,
    );
    for (const floats of [new Float32Array(words.buffer), edges]) {
      const halves = new Uint16Array(encodeFloats(floats, 'F16').slice().buffer);
      for (const [index, value] of floats.entries()) assert.is(halves[index], floatToHalf(value), String(value));
    }
  });
});
