import { createHash } from 'node:crypto';
import { decodeBase64Url } from '../../crypto/base64url.js';
import type { Roles } from './roles.js';

/** What somebody holds, as an access token says it. */
export interface HeldRights {
  /** Roles of the code count; all other names grant nothing by themselves. */
  readonly roles: readonly string[];
  /** What roles grant that were made at run time, as {@link Rights.pack} wrote it. */
  readonly permissions: string | null;
}

/** What roles grant, those of the code and those that were made at run time. */
export interface Rights {
  /** Whether somebody who holds that may do it. */
  can(held: HeldRights, permission: string): boolean;

  /** All that somebody may do who holds that, sorted. */
  listPermissions(held: HeldRights): readonly string[];

  /** Whether any role of the code grants it: nothing else can be granted. */
  isPermission(name: string): boolean;

  /** The roles of the code that grant a permission. */
  listRolesWith(permission: string): readonly string[];

  /**
   * Permissions in as few characters as a token can bear: `<model>.<bits>`, a digest of all permissions that there are and a bit
   * for each. `null` for none. Names that are no permissions are left out.
   *
   * A release with other permissions reads nothing from it: less than was granted, until the next refresh, and never more.
   */
  pack(permissions: readonly string[]): string | null;
}

/** The rights that come from roles. */
export function createRights(roles: Roles): Rights {
  const known = roles.listPermissions(roles.names);
  const places = new Map(known.map((permission, index) => [permission, index]));
  const model = createHash('sha256').update(JSON.stringify(known)).digest('base64url').slice(0, 8);
  // Guards ask about the same few users again and again.
  let last: { readonly text: string; readonly bits: Uint8Array | null } | null = null;

  const readBits = (text: string): Uint8Array | null => {
    if (last?.text !== text) {
      const bits = text.startsWith(`${model}.`) ? decodeBase64Url(text.slice(model.length + 1)) : null;
      last = { text, bits };
    }
    return last.bits;
  };
  const isPacked = (text: string | null, permission: string): boolean => {
    if (text === null) return false;
    const place = places.get(permission);
    const byte = place === undefined ? undefined : readBits(text)?.[place >> 3];
    return place !== undefined && byte !== undefined && (byte & (1 << (place & 7))) !== 0;
  };

  return {
    can: (held, permission) => roles.can(held.roles, permission) || isPacked(held.permissions, permission),

    listPermissions(held) {
      const packed = known.filter((permission) => isPacked(held.permissions, permission));
      return [...new Set([...roles.listPermissions(held.roles), ...packed])].sort();
    },

    isPermission: (name) => places.has(name),
    listRolesWith: (permission) => roles.names.filter((role) => roles.can([role], permission)),

    pack(permissions) {
      const bits = new Uint8Array(Math.ceil(known.length / 8));
      for (const permission of permissions) {
        const place = places.get(permission);
        if (place !== undefined) bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
      }
      if (bits.every((byte) => byte === 0)) return null;
      return `${model}.${Buffer.from(bits).toString('base64url')}`;
    },
  };
}
