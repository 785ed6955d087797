import { drawDiagram } from './diagram.js';

await drawDiagram();
