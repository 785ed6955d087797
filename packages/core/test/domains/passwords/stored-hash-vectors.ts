/** A hash that another implementation made of a known password. */
export interface StoredHashVector {
  /** Algorithm, form, and who computed it. */
  readonly name: string;
  readonly password: string;
  readonly hash: string;
}

const ascii = 'correct horse battery staple';
const unicode = 'pässwörd-東京-🔑';

/** Hashes in the form that Tessera itself writes or wrote, by the reference C implementation (`argon2 -e`, 20171227). */
export const argon2Vectors: readonly StoredHashVector[] = [
  {
    name: 'argon2id at the default cost',
    password: unicode,
    hash: '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$IaFXdkB/lkS7ucvPXA2RxbTYkUhXUmROKRhxpBXxjRo',
  },
  {
    name: 'argon2id with four lanes',
    password: unicode,
    hash: '$argon2id$v=19$m=1024,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$JhE8kF64AC37ZixtP3425mBvs4clrSFUKJaIWstyvXw',
  },
  {
    name: 'argon2id with a digest of 24 bytes',
    password: unicode,
    hash: '$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$eEQcRndNnz48ztxNg+itrF90YoTSOEtN',
  },
  {
    name: 'argon2id with a salt of 8 bytes',
    password: unicode,
    hash: '$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$pnnDk99gvDPN1s0woHJ22NFx0Hx0att/YRueyOZwy3U',
  },
  {
    name: 'argon2id version 16',
    password: unicode,
    hash: '$argon2id$v=16$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$VVIsJi9tXKKxKRn2X9l9NB4ksjkVSkS8pZIzNY8wRfA',
  },
  {
    name: 'argon2id from before versions were named',
    password: unicode,
    hash: '$argon2id$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$VVIsJi9tXKKxKRn2X9l9NB4ksjkVSkS8pZIzNY8wRfA',
  },
  {
    name: 'argon2i',
    password: unicode,
    hash: '$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$NVglxFhKt4VGKpdSH+x+d14rljj+jUCcqChCZ4aOaXY',
  },
  {
    name: 'argon2d',
    password: unicode,
    hash: '$argon2d$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$gE3fMe5WrC/XiJU76KYUGArq1NxitIe9VjeeuuGgBJ4',
  },
];

/** Hashes of other systems. bcrypt by libxcrypt (glibc's `crypt`), scrypt and PBKDF2 by CPython's hashlib (OpenSSL). */
export const foreignVectors: readonly StoredHashVector[] = [
  {
    name: 'bcrypt $2a$, published with crypt_blowfish',
    password: 'U*U',
    hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
  },
  {
    name: 'bcrypt $2a$',
    password: unicode,
    hash: '$2a$06$ABCDEFGHIJKLMNOPQRSTUOwlR3RbCeZAEbeFnnufdcJmOvgIJWez6',
  },
  {
    name: 'bcrypt $2b$',
    password: ascii,
    hash: '$2b$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS',
  },
  {
    name: 'bcrypt $2y$',
    password: ascii,
    hash: '$2y$05$abcdefghijklmnopqrstuuFiPhXf1sVd3pCCRO.uVh34H/qI/ZsuS',
  },
  {
    name: 'scrypt, RFC 7914 §12 third vector',
    password: 'pleaseletmein',
    hash: '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw',
  },
  {
    name: 'scrypt with two lanes',
    password: unicode,
    hash: '$scrypt$ln=11,r=8,p=2$8PHy8/T19vf4+fr7/P3+/w$CcEjXNdXgQw2Y4jPxMmnamFnesaBxtPmiFbXc6/8OJo',
  },
  {
    name: 'scrypt with the smallest block',
    password: unicode,
    hash: '$scrypt$ln=4,r=1,p=3$8PHy8/T19vf4+fr7/P3+/w$zjkVaPE8NktBb9AXCAttJ0JQkMV5P4Cvh9wPp7hQLKg',
  },
  {
    name: 'PBKDF2-SHA-1, PHC',
    password: ascii,
    hash: '$pbkdf2-sha1$i=1000$8PHy8/T19vf4+fr7/P3+/w$b1ALU8iwgU5+fFcj2U3+nlZfu20',
  },
  {
    name: 'PBKDF2-SHA-1, passlib',
    password: ascii,
    hash: '$pbkdf2$1000$8PHy8/T19vf4.fr7/P3./w$b1ALU8iwgU5.fFcj2U3.nlZfu20',
  },
  {
    name: 'PBKDF2-SHA-256, PHC',
    password: ascii,
    hash: '$pbkdf2-sha256$i=1000$8PHy8/T19vf4+fr7/P3+/w$0A35jjZ8X+jm/Nj9sc4uzmU/RqA2wljSyf5enbVFSOY',
  },
  {
    name: 'PBKDF2-SHA-256, passlib',
    password: ascii,
    hash: '$pbkdf2-sha256$1000$8PHy8/T19vf4.fr7/P3./w$0A35jjZ8X.jm/Nj9sc4uzmU/RqA2wljSyf5enbVFSOY',
  },
  {
    name: 'PBKDF2-SHA-512, PHC',
    password: ascii,
    hash: '$pbkdf2-sha512$i=1000$8PHy8/T19vf4+fr7/P3+/w$7Ny4dUakS7JIZAfjYpLQGSZsWvUihs7A6xXDgyqRrc3BkpXb3nL1/MvPpT3VxDAwU6FzpGn1KkCfA3fC7/680Q',
  },
  {
    name: 'PBKDF2-SHA-1, Django',
    password: unicode,
    hash: 'pbkdf2_sha1$1000$seasaltSEASALT$wWUL+oUY5BBlCl7+saOVxYvKe3Y=',
  },
  {
    name: 'PBKDF2-SHA-256, Django',
    password: unicode,
    hash: 'pbkdf2_sha256$1000$seasaltSEASALT$ZLhgtw1cf4JeDcRzMG8P9imBkN763p3pVIgJLHmM+FQ=',
  },
];

/** bcrypt of passwords that fill its 72 bytes exactly, by libxcrypt. */
export const fullBcryptVectors: readonly StoredHashVector[] = [
  {
    name: '72 characters of one byte',
    password: 'a'.repeat(72),
    hash: '$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe',
  },
  {
    name: '36 characters of two bytes',
    password: 'é'.repeat(36),
    hash: '$2b$04$abcdefghijklmnopqrstuuKiIlCeXB6chNXkLyAo8C7XcLPzh6zUe',
  },
];
