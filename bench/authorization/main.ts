// What a decision costs, beside others on the same model. Prints Markdown; exits with 1 when a gate is missed.
// The numbers of two runs cannot be compared, the ratios within one can.
import { measureInterleaved, median, repeat } from '../tokens/interleaved.js';
import { printTable } from '../tokens/table.js';
import { type Contestant, createFull, createRolesOnly, expectedOfRoles } from './contestants.js';
import { checkGates, quotient, type Times, undisturbed } from './gates.js';
import { createDeep, createLarge, tenRoles } from './large-policy.js';
import { expected, type Question, questions } from './model.js';

const full = await measureAll(await createFull(), expected);
const rolesOnly = await measureAll(await createRolesOnly(), expectedOfRoles);

const deep = createDeep();
const ask = (role: string) => {
  const principal = deep.principal({ userId: 'ada', roles: [role] });
  if (!deep.can(principal, 'posts:read' as never, {} as never)) throw new Error(`${role} may not read`);
  return repeat(() => deep.can(principal, 'posts:read' as never, {} as never));
};
const depth = await measureInterleaved({ '0 deep': ask('role0'), '50 deep': ask('role50') });

const compiled = await measureInterleaved({ compile: repeat(createLarge) });
const large = createLarge();
const built = await measureInterleaved({
  principal: repeat(() => large.principal({ userId: 'ada', roles: tenRoles })),
});

printTimes('Full check: roles, ownership, an attribute and a deny rule', full);
printTimes('Roles only', rolesOnly);
printTimes('Depth of inheritance', depth);

const gates = checkGates({
  full,
  rolesOnly,
  depth,
  compileMs: Math.min(...(compiled.compile ?? [])) / 1000,
  principalMicroseconds: Math.min(...(built.principal ?? [])),
});
printTable('Gates', gates);
process.exitCode = gates.every(({ met }) => met === 'yes') ? 0 : 1;

/** Who answers wrongly is not measured: checks that do not look are fast. */
async function measureAll(
  contestants: Readonly<Record<string, Contestant>>,
  isExpected: (question: Question) => boolean,
): Promise<Times> {
  const works = Object.entries(contestants).map(([name, prepare]) => {
    const asks = questions.map(prepare);
    for (const [at, once] of asks.entries()) {
      const question = questions[at] as Question;
      if (once() !== isExpected(question)) throw new Error(`${name} is wrong: ${JSON.stringify(question)}`);
    }
    return [name, repeat((at) => (asks[at % asks.length] as () => boolean)())] as const;
  });
  return measureInterleaved(Object.fromEntries(works));
}

function printTimes(title: string, times: Times): void {
  const [first = ''] = Object.keys(times);
  printTable(
    title,
    Object.entries(times).map(([name, values]) => ({
      contestant: name,
      'undisturbed, ns': (undisturbed(values) * 1000).toFixed(1),
      [`÷ ${first}`]: quotient(times, name, first).toFixed(2),
      'median ÷ undisturbed': (median(values) / undisturbed(values)).toFixed(2),
    })),
  );
}
