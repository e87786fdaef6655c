/** Messages between a server and its painter process, over Node's IPC channel. */
import type { ErrorCode, Scope } from '../../core/index.ts';

export interface PainterStart {
  home: string;
  /** Settings that override config.yaml and the environment. */
  set: readonly string[];
  queue: string;
  queueName: string | undefined;
  keepMs: number | undefined;
  leaseMs: number | undefined;
  /** After SIGTERM, which a service manager sends to every process of the service: as after `stop`. */
  stopWithinMs: number;
}

/** A line of the painter for the log of its parent. */
export interface PainterLine {
  level: 'info' | 'warn';
  message: string;
  /** What it belongs to: task, worker, request id. */
  scope: Scope;
}

export type ToPainter = { type: 'start'; start: PainterStart } | { type: 'stop'; withinMs: number };

export type FromPainter =
  | { type: 'ready'; worker: string }
  | { type: 'refused'; code: ErrorCode; message: string }
  | { type: 'line'; line: PainterLine };
