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
