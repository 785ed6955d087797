/** A post, of which rules look at everything. */
export interface Post {
  readonly authorId: string;
  readonly score: number;
  readonly isWithdrawn: boolean;
}

/** Somebody asks for something. */
export interface Question {
  readonly role: Role;
  readonly userId: string;
  readonly action: Action;
  readonly post: Post;
}

export const roles = ['reader', 'author', 'editor'] as const;
export type Role = (typeof roles)[number];
export const actions = ['read', 'update'] as const;
export type Action = (typeof actions)[number];

/**
 * The model of everyone, in words: readers read what has at least ten points, authors are readers who change what is theirs,
 * editors are authors who read and change all, and nobody touches what was withdrawn.
 */
export function expected({ role, userId, action, post }: Question): boolean {
  if (post.isWithdrawn) return false;
  if (role === 'editor') return true;
  if (action === 'read') return post.score >= 10;
  return role === 'author' && post.authorId === userId;
}

const users = ['ada', 'eve'];

/** Every question there is. */
export const questions: readonly Question[] = roles.flatMap((role) =>
  users.flatMap((userId) =>
    actions.flatMap((action) =>
      users.flatMap((authorId) =>
        [9, 10, 11].flatMap((score) =>
          [false, true].map((isWithdrawn) => ({
            ...{ role, userId, action },
            post: { authorId, score, isWithdrawn },
          })),
        ),
      ),
    ),
  ),
);
