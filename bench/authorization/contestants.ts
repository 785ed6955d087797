import { createMongoAbility, subject } from '@casl/ability';
import { definePolicy } from '@tessera-auth/core/authorization';
import { AccessControl } from 'accesscontrol';
import { createAccessControl } from 'better-auth/plugins/access';
import { newEnforcer, newModelFromString } from 'casbin';
import { type Action, actions, type Question, type Role, roles } from './model.js';

/** Prepares a question as far as an app could have it prepared, and gives what asks it. */
export type Contestant = (question: Question) => () => boolean;

/** Everyone, on the whole model; what belongs to a user is built before. */
export async function createFull(): Promise<Readonly<Record<string, Contestant>>> {
  return { ours: createOurs(), casl: createCasl(), casbin: await createCasbin(), accesscontrol: createAc() };
}

/** Everyone, on roles alone: may editors read, may readers update? */
export async function createRolesOnly(): Promise<Readonly<Record<string, Contestant>>> {
  return {
    ours: createOursOfRoles(),
    'bare bitset': createBitset(),
    casl: createCaslOfRoles(),
    casbin: await createCasbinOfRoles(),
    accesscontrol: createAcOfRoles(),
    'better-auth': createBetterAuth(),
  };
}

/** Who may do what by roles alone. */
export function expectedOfRoles({ role, action }: Question): boolean {
  return action === 'read' || role !== 'reader';
}

const rolesOnly: Readonly<Record<Role, readonly Action[]>> = {
  reader: ['read'],
  author: ['read', 'update'],
  editor: ['read', 'update'],
};

function createOurs(): Contestant {
  const policy = definePolicy({
    resources: {
      posts: {
        actions,
        attributes: { authorId: 'string', score: 'number', isWithdrawn: 'boolean' },
        relations: { author: 'authorId' },
      },
    },
    roles: {
      reader: {},
      author: { inherits: ['reader'], can: ['posts:update@author'] },
      editor: { inherits: ['author'], can: ['posts:*'] },
    },
    rules: (rule) => [
      rule.allow('good posts', {
        to: 'posts:read',
        for: ['reader'],
        when: ({ resource }) => resource.score.isAtLeast(10),
      }),
      rule.deny('withdrawn', { to: 'posts:*', when: ({ resource }) => resource.isWithdrawn.isTrue() }),
    ],
  });
  return ({ role, userId, action, post }) => {
    const principal = policy.principal({ userId, roles: [role] });
    const permission = `posts:${action}` as const;
    return () => policy.can(principal, permission, post);
  };
}

function createOursOfRoles(): Contestant {
  const policy = definePolicy({
    resources: { posts: { actions } },
    roles: {
      reader: { can: ['posts:read'] },
      author: { inherits: ['reader'], can: ['posts:update'] },
      editor: { inherits: ['author'] },
    },
  });
  return ({ role, userId, action }) => {
    const principal = policy.principal({ userId, roles: [role] });
    const permission = `posts:${action}` as const;
    return () => policy.can(principal, permission);
  };
}

/** The least that a check of a name can cost: find its number, look at its bit. */
function createBitset(): Contestant {
  const numbers = new Map(actions.map((action, number) => [`posts:${action}`, number]));
  return ({ role, action }) => {
    const bits = new Uint32Array(1);
    for (const [name, number] of numbers)
      if (rolesOnly[role].some((one) => name === `posts:${one}`)) bits[0] = (bits[0] ?? 0) | (1 << number);
    const permission = `posts:${action}`;
    return () => {
      const number = numbers.get(permission);
      if (number === undefined) throw new TypeError(permission);
      return ((bits[number >>> 5] as number) & (1 << (number & 31))) !== 0;
    };
  };
}

function createCasl(): Contestant {
  const build = (role: Role, userId: string) =>
    createMongoAbility([
      { action: 'read', subject: 'Post', conditions: { score: { $gte: 10 } } },
      ...(role === 'reader' ? [] : [{ action: 'update', subject: 'Post', conditions: { authorId: userId } }]),
      ...(role === 'editor' ? actions.map((one) => ({ action: one, subject: 'Post' })) : []),
      // The last one wins.
      { action: [...actions], subject: 'Post', inverted: true, conditions: { isWithdrawn: true } },
    ]);
  const abilities = new Map<string, ReturnType<typeof build>>();
  return ({ role, userId, action, post }) => {
    const key = `${role} ${userId}`;
    const ability = abilities.get(key) ?? build(role, userId);
    abilities.set(key, ability);
    const typed = subject('Post', { ...post });
    return () => ability.can(action, typed);
  };
}

function createCaslOfRoles(): Contestant {
  return ({ role, action }) => {
    const ability = createMongoAbility([{ action: [...rolesOnly[role]], subject: 'Post' }]);
    return () => ability.can(action, 'Post');
  };
}

async function createCasbin(): Promise<Contestant> {
  const enforcer = await newEnforcer(
    newModelFromString(`
[request_definition]
r = role, user, act, post
[policy_definition]
p = role, act, cond, eft
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = (p.role == "*" || g(r.role, p.role)) && (p.act == "*" || r.act == p.act) && eval(p.cond)
`),
  );
  await enforcer.addPolicies([
    ['reader', 'read', 'r.post.score >= 10', 'allow'],
    ['author', 'update', 'r.post.authorId == r.user', 'allow'],
    ['editor', '*', 'true', 'allow'],
    ['*', '*', 'r.post.isWithdrawn == true', 'deny'],
  ]);
  await enforcer.addGroupingPolicies([
    ['author', 'reader'],
    ['editor', 'author'],
  ]);
  return ({ role, userId, action, post }) => {
    return () => enforcer.enforceSync(role, userId, action, post);
  };
}

async function createCasbinOfRoles(): Promise<Contestant> {
  const enforcer = await newEnforcer(
    newModelFromString(`
[request_definition]
r = role, act
[policy_definition]
p = role, act
[role_definition]
g = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.role, p.role) && r.act == p.act
`),
  );
  await enforcer.addPolicies(roles.flatMap((role) => rolesOnly[role].map((action) => [role, action])));
  return ({ role, action }) => {
    return () => enforcer.enforceSync(role, action);
  };
}

function createAc(): Contestant {
  const control = new AccessControl({}, { policy: { ownerField: 'authorId' } });
  control.grant('reader').where('$.post.score >= 10').readAny('post');
  control.grant('author').extend('reader').updateOwn('post');
  control.grant('editor').extend('author').readAny('post').updateAny('post');
  control.resource('post').require('$.post.isWithdrawn == false');
  return ({ role, userId, action, post }) => {
    const context = { user: { id: userId }, post };
    return action === 'read'
      ? () => control.can(role, context).readAny('post').granted
      : () => control.can(role, context).updateOwn('post').granted;
  };
}

function createAcOfRoles(): Contestant {
  const control = new AccessControl();
  control.grant('reader').readAny('post');
  control.grant('author').extend('reader').updateAny('post');
  control.grant('editor').extend('author');
  return ({ role, action }) =>
    action === 'read'
      ? () => control.can(role).readAny('post').granted
      : () => control.can(role).updateAny('post').granted;
}

function createBetterAuth(): Contestant {
  const control = createAccessControl({ posts: actions });
  return ({ role, action }) => {
    const made = control.newRole({ posts: [...rolesOnly[role]] });
    return () => made.authorize({ posts: [action] }).success;
  };
}
