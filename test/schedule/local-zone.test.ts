import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { isArtistError } from '../../lib/core/index.ts';
import { localTimeZone, shownTimeZone } from '../../lib/schedule/index.ts';
import { offsetMinutes } from '../../lib/schedule/time/time-zone.ts';
import { suite } from '../harness.ts';
import { at } from './support.ts';

/** The environment is read on each call, as the C library does. */
function withZone<R>(value: string | undefined, work: () => R): R {
  const before = process.env['TZ'];
  try {
    if (value === undefined) delete process.env['TZ'];
    else process.env['TZ'] = value;
    return work();
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

suite('the time zone of the machine', (test) => {
  // [TZ, expected zone]
  const known: [string, string][] = [
    ['Europe/Berlin', 'Europe/Berlin'],
    [':Europe/Berlin', 'Europe/Berlin'],
    ['UTC', 'UTC'],
    ['', 'UTC'],
    [':', 'UTC'],
    ['UTC0', 'UTC'],
    ['GMT+2', 'Etc/GMT+2'],
    ['<+03>-3', 'Etc/GMT-3'],
    ['<-0930>9', 'Etc/GMT+9'],
    ['MSK-3', 'Etc/GMT-3'],
    ['XYZ5:00', 'Etc/GMT+5'],
  ];
  for (const [value, zone] of known) test(`TZ=${JSON.stringify(value)} is ${zone}`, () => assert.is(withZone(value, localTimeZone), zone));

  test('a fixed offset is what the C library makes of it', () => {
    for (const value of ['GMT+2', '<+03>-3', 'XYZ5:00', 'UTC-11', '']) {
      const shown = execFileSync('date', ['+%z'], { env: { ...process.env, TZ: value }, encoding: 'utf8' }).trim();
      const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(shown) ?? [];
      const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
      assert.is(offsetMinutes(at('2026-06-01T00:00Z'), withZone(value, localTimeZone)), offset, value);
    }
  });

  if (existsSync('/usr/share/zoneinfo/Europe/Berlin')) {
    test('a path of the zone database is the zone there', () => {
      assert.is(withZone(':/usr/share/zoneinfo/Europe/Berlin', localTimeZone), 'Europe/Berlin');
      assert.is(withZone('/usr/share/zoneinfo/Asia/Kathmandu', localTimeZone), 'Asia/Kathmandu');
    });
  }

  // [TZ, message]
  const refused: [string, RegExp][] = [
    ['Nope/Zone', /^TZ: expected a name of the zone database.*got "Nope\/Zone"/],
    [':/nonexistent', /got ":\/nonexistent"/],
    ['Europe/berlin', /got "Europe\/berlin" \(did you mean Europe\/Berlin\?\)/],
    ['UTC+99', /got "UTC\+99"/],
    ['CET-1CEST', /got "CET-1CEST"/],
    ['CET-1CEST,M3.5.0,M10.5.0/3', /Set TZ to a name such as Europe\/Berlin, or give --tz/],
    ['IST-5:30', /got "IST-5:30"/],
    ['/etc/../../../dev/null', /^TZ: /],
  ];
  for (const [value, says] of refused) {
    test(`TZ=${JSON.stringify(value)} is refused by that name, and times are shown in UTC`, () => {
      try {
        withZone(value, localTimeZone);
        assert.unreachable();
      } catch (error) {
        assert.ok(isArtistError(error, 'ERR_INVALID_ARGUMENT'), String(error));
        assert.match(error.message, says);
      }
      assert.is(withZone(value, shownTimeZone), 'UTC');
    });
  }

  test('without TZ it is the zone of the system', () => {
    assert.type(withZone(undefined, localTimeZone), 'string');
  });
});
