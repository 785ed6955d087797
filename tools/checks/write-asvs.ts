import { writeAsvs } from './check-asvs.js';

await writeAsvs();
