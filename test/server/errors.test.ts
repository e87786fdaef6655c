import { equal, is, ok } from 'uvu/assert';
import { ArtistError, type ErrorCode, errorCodes } from '../../lib/core/index.ts';
import { asRequestError, withoutPaths } from '../../lib/server/errors/request-error.ts';
import { statusOf } from '../../lib/server/errors/status.ts';
import { suite } from '../harness.ts';

suite('server errors', (test) => {
  test('every code has a status; an unknown error is 500', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      const status = statusOf(new ArtistError(code, ''));
      ok(status >= 400 && status < 600, code);
    }
    is(statusOf(new Error('x')), 500);
  });

  // A new code belongs here only if no other request would succeed either, and nobody but the operator can help.
  test('codes that are faults of the server', () =>
    equal(
      (Object.keys(errorCodes) as ErrorCode[]).filter((code) => statusOf(new ArtistError(code, '')) === 500),
      [
        'ERR_CHECKSUM',
        'ERR_CONVERT',
        'ERR_DAMAGED',
        'ERR_GENERATE',
        'ERR_IMAGE_ENCODE',
        'ERR_INTERNAL',
        'ERR_MODEL_FORMAT',
        'ERR_MODEL_LOAD',
        'ERR_NATIVE_CRASH',
        'ERR_NEWER_VERSION',
        'ERR_NO_BINARY',
        'ERR_NO_DEVICE',
        'ERR_READ',
        'ERR_TRAIN_DIVERGED',
        'ERR_UPSCALE',
        'ERR_WRITE',
      ],
    ));

  for (const [text, shown] of [
    ['/home/ada/art/gallery/a.png: expected a file', 'gallery/a.png: expected a file'],
    ['/home/ada/art: expected a folder', 'the home folder: expected a folder'],
    ['model: expected a file, got "/opt/models/x.gguf"', 'model: expected a file, got "…/x.gguf"'],
    ['C:\\Users\\ada\\x.png is damaged', '…/x.png is damaged'],
    ['\\\\server\\share\\x.png', '…/x.png'],
    ['see /api/v1/works and /docs', 'see /api/v1/works and /docs'],
    ['size: expected WIDTH/HEIGHT, got 1/2', 'size: expected WIDTH/HEIGHT, got 1/2'],
    ['https://example.org/a/b.png and image/png', 'https://example.org/a/b.png and image/png'],
  ] as const)
    test(`without paths: ${text}`, () => is(withoutPaths(text, '/home/ada/art'), shown));

  test('errors of the framework keep their meaning; a fault of the program is no argument error', () => {
    const coded = (statusCode: number) => asRequestError(Object.assign(new Error('x'), { statusCode })).code;
    equal([400, 413, 415, 422, 500].map(coded), [
      'ERR_INVALID_ARGUMENT',
      'ERR_TOO_LARGE',
      'ERR_MEDIA_TYPE',
      'ERR_INVALID_ARGUMENT',
      'ERR_INTERNAL',
    ]);
    is(asRequestError(new TypeError('x')).code, 'ERR_INTERNAL');
    is(asRequestError('x').code, 'ERR_INTERNAL');
  });
});
