/**
 * Number formats a model file may store, with the bytes they take. `block` values share `bytes` bytes.
 * Sources: the safetensors format description; ggml/include/ggml.h (enum ggml_type) and the type traits in ggml.c.
 */
export interface StoredType {
  readonly name: string;
  readonly block: number;
  readonly bytes: number;
}

const one = (name: string, bytes: number): StoredType => ({ name, block: 1, bytes });

/** What the vendored engine reads from safetensors (safetensors_io.cpp); U8 tensors are skipped by it. */
export const safetensorsTypes: ReadonlyMap<string, StoredType> = new Map(
  [
    one('F16', 2),
    one('BF16', 2),
    one('F32', 4),
    one('F64', 8),
    one('F8_E4M3', 1),
    one('F8_E5M2', 1),
    one('I32', 4),
    one('I64', 8),
    one('U8', 1),
  ].map((type) => [type.name, type]),
);

/** Known to the format, unknown to the engine: named in the message instead of "unknown". */
export const foreignSafetensorsTypes: readonly string[] = [
  'BOOL',
  'I8',
  'I16',
  'U16',
  'U32',
  'U64',
  'F4',
  'F6_E2M3',
  'F6_E3M2',
  'F8_E8M0',
  'C64',
];

/** ggml types by their number in the file. Removed numbers (4, 5, 31-33, 36-38) are absent on purpose. */
export const ggmlTypes: ReadonlyMap<number, StoredType> = new Map<number, StoredType>([
  [0, one('F32', 4)],
  [1, one('F16', 2)],
  [2, { name: 'Q4_0', block: 32, bytes: 18 }],
  [3, { name: 'Q4_1', block: 32, bytes: 20 }],
  [6, { name: 'Q5_0', block: 32, bytes: 22 }],
  [7, { name: 'Q5_1', block: 32, bytes: 24 }],
  [8, { name: 'Q8_0', block: 32, bytes: 34 }],
  [9, { name: 'Q8_1', block: 32, bytes: 36 }],
  [10, { name: 'Q2_K', block: 256, bytes: 84 }],
  [11, { name: 'Q3_K', block: 256, bytes: 110 }],
  [12, { name: 'Q4_K', block: 256, bytes: 144 }],
  [13, { name: 'Q5_K', block: 256, bytes: 176 }],
  [14, { name: 'Q6_K', block: 256, bytes: 210 }],
  [15, { name: 'Q8_K', block: 256, bytes: 292 }],
  [16, { name: 'IQ2_XXS', block: 256, bytes: 66 }],
  [17, { name: 'IQ2_XS', block: 256, bytes: 74 }],
  [18, { name: 'IQ3_XXS', block: 256, bytes: 98 }],
  [19, { name: 'IQ1_S', block: 256, bytes: 50 }],
  [20, { name: 'IQ4_NL', block: 32, bytes: 18 }],
  [21, { name: 'IQ3_S', block: 256, bytes: 110 }],
  [22, { name: 'IQ2_S', block: 256, bytes: 82 }],
  [23, { name: 'IQ4_XS', block: 256, bytes: 136 }],
  [24, one('I8', 1)],
  [25, one('I16', 2)],
  [26, one('I32', 4)],
  [27, one('I64', 8)],
  [28, one('F64', 8)],
  [29, { name: 'IQ1_M', block: 256, bytes: 56 }],
  [30, one('BF16', 2)],
  [34, { name: 'TQ1_0', block: 256, bytes: 54 }],
  [35, { name: 'TQ2_0', block: 256, bytes: 66 }],
  [39, { name: 'MXFP4', block: 32, bytes: 17 }],
  [40, { name: 'NVFP4', block: 64, bytes: 36 }],
  [41, { name: 'Q1_0', block: 128, bytes: 18 }],
]);
