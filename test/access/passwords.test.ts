import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hashPassword, isPassword, passwordFault } from '../../server/access/passwords.ts';

const PASSWORD = 'le chat dort au soleil';

describe('a password', () => {
  it('is known again by its hash, however its accents were typed, and by no other', async () => {
    const stored = await hashPassword('é'.normalize('NFD').repeat(12));
    expect(stored).toMatch(/^scrypt\$65536\$8\$2\$[\w-]{22}\$[\w-]{43}$/);
    expect(await isPassword('é'.normalize('NFC').repeat(12), stored)).toBe(true);
    expect(await isPassword('è'.repeat(12), stored)).toBe(false);
    expect(await isPassword('', null)).toBe(false);
  });
  it('made with other parameters is known by them', async () => {
    const old = 'scrypt$16384$8$1$c2FsdHNhbHRzYWx0c2FsdA$';
    const hash = scryptSync(PASSWORD, Buffer.from('saltsaltsaltsalt'), 32, { N: 16_384, r: 8, p: 1 });
    expect(await isPassword(PASSWORD, old + hash.toString('base64url'))).toBe(true);
  });
  it('is neither short, nor one letter, nor the address', () => {
    const who = { email: 'lea@ville.example', name: 'Léa' };
    expect(passwordFault('onze signes', who)).toContain('12');
    expect(passwordFault('aaaaaaaaaaaaaaa', who)).toContain('different');
    expect(passwordFault('LEA@ville.example', who)).toContain('address');
    expect(passwordFault(PASSWORD, who)).toBeUndefined();
  });
});
