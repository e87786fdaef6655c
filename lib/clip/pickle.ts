/**
 * Reads the pickled index of a torch checkpoint without executing anything: a small stack machine with the operations that torch.save()
 * writes for dictionaries of tensors. It refuses every other operation and every name that is not on its list. Python's own unpickler would
 * import and call any name in the file. Operations: CPython's Lib/pickletools.py.
 */

/** A name the file refers to, one of `allowed`. */
class Name {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A storage: a run of numbers of one type in the archive's data/<key>. */
export interface Storage {
  dtype: string;
  key: string;
  /** Number of values. */
  length: number;
}

/** A tensor as the index describes it: `shape` and `strides` count values. */
export interface TensorView {
  storage: Storage;
  offset: number;
  shape: number[];
  strides: number[];
}

export class PickleError extends Error {}

export type PickleValue =
  | null
  | boolean
  | number
  | string
  | Name
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | { storage: Storage }
  | { tensor: TensorView };

const storageTypes: Readonly<Record<string, string>> = {
  'torch FloatStorage': 'F32',
  'torch HalfStorage': 'F16',
  'torch BFloat16Storage': 'BF16',
  'torch DoubleStorage': 'F64',
};
const allowed: ReadonlySet<string> = new Set([
  ...Object.keys(storageTypes),
  'collections OrderedDict',
  'torch._utils _rebuild_tensor_v2',
  'torch._utils _rebuild_parameter',
]);

const mark = Symbol('mark');
type Slot = PickleValue | typeof mark;

function fail(problem: string): never {
  throw new PickleError(problem);
}

function integers(value: PickleValue | undefined, what: string): number[] {
  if (!Array.isArray(value) || !value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0)) fail(`a tensor has no ${what}`);
  return value as number[];
}

class Machine {
  readonly #bytes: Buffer;
  #at = 0;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  run(): PickleValue {
    for (;;) {
      const operation = this.#take(1).readUInt8();
      if (operation === 0x2e) return this.#pop(); // STOP
      this.#step(operation);
    }
  }

  #take(length: number): Buffer {
    if (length < 0 || this.#at + length > this.#bytes.length) fail('the index is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) fail('the index is cut off');
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) fail('the index is damaged (empty stack)');
    return value;
  }

  #popToMark(): PickleValue[] {
    const from = this.#stack.lastIndexOf(mark);
    if (from < 0) fail('the index is damaged (no mark)');
    const items = this.#stack.splice(from).slice(1);
    return items as PickleValue[];
  }

  #top(): PickleValue {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) fail('the index is damaged (unknown memo)');
    this.#stack.push(value);
  }

  #name(module: string, name: string): void {
    const text = `${module} ${name}`;
    if (!allowed.has(text)) fail(`it names ${text.replace(' ', '.')}, which is no part of a tensor. Nothing of it was executed`);
    this.#stack.push(new Name(text));
  }

  /** The operations torch.save() writes for dictionaries of tensors. */
  static readonly #operations: ReadonlyMap<number, (machine: Machine) => void> = new Map([
    [0x80, (machine) => machine.#skip(1)], // PROTO
    [0x95, (machine) => machine.#skip(8)], // FRAME
    [0x7d, (machine) => machine.#push(new Map())], // EMPTY_DICT
    [0x5d, (machine) => machine.#push([])], // EMPTY_LIST
    [0x29, (machine) => machine.#push([])], // EMPTY_TUPLE
    [0x28, (machine) => machine.#push(mark)], // MARK
    [0x4e, (machine) => machine.#push(null)], // NONE
    [0x88, (machine) => machine.#push(true)], // NEWTRUE
    [0x89, (machine) => machine.#push(false)], // NEWFALSE
    [0x4b, (machine) => machine.#push(machine.#byte())], // BININT1
    [0x4d, (machine) => machine.#push(machine.#take(2).readUInt16LE())], // BININT2
    [0x4a, (machine) => machine.#push(machine.#take(4).readInt32LE())], // BININT
    [0x8a, (machine) => machine.#push(machine.#long(machine.#byte()))], // LONG1
    [0x47, (machine) => machine.#push(machine.#take(8).readDoubleBE())], // BINFLOAT
    [0x58, (machine) => machine.#push(machine.#text(machine.#word()))], // BINUNICODE
    [0x8c, (machine) => machine.#push(machine.#text(machine.#byte()))], // SHORT_BINUNICODE
    [0x63, (machine) => machine.#name(machine.#line(), machine.#line())], // GLOBAL
    [0x93, (machine) => machine.#stackGlobal()], // STACK_GLOBAL
    [0x71, (machine) => machine.#remember(machine.#byte())], // BINPUT
    [0x72, (machine) => machine.#remember(machine.#word())], // LONG_BINPUT
    [0x94, (machine) => machine.#remember(machine.#memo.size)], // MEMOIZE
    [0x68, (machine) => machine.#recall(machine.#byte())], // BINGET
    [0x6a, (machine) => machine.#recall(machine.#word())], // LONG_BINGET
    [0x85, (machine) => machine.#tuple(1)], // TUPLE1
    [0x86, (machine) => machine.#tuple(2)], // TUPLE2
    [0x87, (machine) => machine.#tuple(3)], // TUPLE3
    [0x74, (machine) => machine.#push(machine.#popToMark())], // TUPLE
    [0x61, (machine) => machine.#append([machine.#pop()])], // APPEND
    [0x65, (machine) => machine.#append(machine.#popToMark())], // APPENDS
    [0x73, (machine) => machine.#setItem()], // SETITEM
    [0x75, (machine) => machine.#set(machine.#popToMark())], // SETITEMS
    [0x62, (machine) => machine.#build()], // BUILD
    [0x51, (machine) => machine.#push({ storage: machine.#storage(machine.#pop()) })], // BINPERSID
    [0x52, (machine) => machine.#reduce()], // REDUCE
  ]);

  #step(operation: number): void {
    const run = Machine.#operations.get(operation);
    if (!run) fail(`it uses the operation 0x${operation.toString(16)}, which no dictionary of tensors needs. Nothing of it was executed`);
    run(this);
  }

  #skip(length: number): void {
    this.#take(length);
  }

  #push(value: Slot): void {
    this.#stack.push(value);
  }

  #byte(): number {
    return this.#take(1).readUInt8();
  }

  #word(): number {
    return this.#take(4).readUInt32LE();
  }

  #text(length: number): string {
    return this.#take(length).toString('utf8');
  }

  #stackGlobal(): void {
    const name = this.#pop();
    this.#name(String(this.#pop()), String(name));
  }

  #tuple(length: number): void {
    const items: PickleValue[] = [];
    for (let count = length; count > 0; count--) items.unshift(this.#pop());
    this.#push(items);
  }

  #setItem(): void {
    const value = this.#pop();
    this.#set([this.#pop(), value]);
  }

  /** Drops the attributes of a dictionary (_metadata): no weight depends on them. */
  #build(): void {
    this.#pop();
    if (!(this.#top() instanceof Map)) fail('it sets the state of an object that is no dictionary. Nothing of it was executed');
  }

  #reduce(): void {
    const args = this.#pop();
    this.#push(this.#call(this.#pop(), args));
  }

  #long(length: number): number {
    let value = 0n;
    const bytes = this.#take(length);
    for (let at = length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at] ?? 0);
    return Number(BigInt.asIntN(length * 8, value));
  }

  #append(items: PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) fail('the index is damaged (no list)');
    list.push(...items);
  }

  #set(items: PickleValue[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) fail('the index is damaged (no dictionary)');
    for (let at = 0; at + 1 < items.length; at += 2) map.set(items[at] ?? null, items[at + 1] ?? null);
  }

  #storage(id: PickleValue): Storage {
    const [tag, type, key, , length] = Array.isArray(id) ? id : [];
    const dtype = type instanceof Name ? storageTypes[type.text] : undefined;
    if (tag !== 'storage' || dtype === undefined || typeof key !== 'string' || !Number.isSafeInteger(length))
      fail('the index is damaged (storage)');
    return { dtype, key, length: length as number };
  }

  #call(callee: PickleValue, args: PickleValue): PickleValue {
    if (!(callee instanceof Name) || !Array.isArray(args)) fail('the index is damaged (call)');
    if (callee.text === 'collections OrderedDict') return new Map();
    if (callee.text === 'torch._utils _rebuild_parameter') return args[0] ?? null;
    const [source, offset, shape, strides] = args;
    if (callee.text !== 'torch._utils _rebuild_tensor_v2' || typeof source !== 'object' || source === null || !('storage' in source))
      fail('the index is damaged (tensor)');
    const view = { offset: Number(offset), shape: integers(shape, 'shape'), strides: integers(strides, 'strides') };
    if (!Number.isSafeInteger(view.offset) || view.offset < 0 || view.shape.length !== view.strides.length)
      fail('a tensor has no place in its storage');
    return { tensor: { storage: source.storage, ...view } };
  }
}

/**
 * The tensors of a pickled dictionary, by name. Other entries are left out.
 *
 * @throws PickleError naming the problem, or what the file tries to do
 */
export function unpickleTensors(bytes: Buffer): Map<string, TensorView> {
  const root = new Machine(bytes).run();
  if (!(root instanceof Map)) fail('it holds no dictionary of tensors');
  // Checkpoints of training frameworks put the weights one level down.
  const inner = root.get('state_dict');
  const tensors = new Map<string, TensorView>();
  for (const [name, value] of inner instanceof Map ? inner : root) {
    if (typeof name === 'string' && typeof value === 'object' && value !== null && 'tensor' in value) tensors.set(name, value.tensor);
  }
  return tensors;
}
