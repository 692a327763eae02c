/** The parts of Chart.js that are drawn with, registered once. Loaded only by screens that have such a chart. */
import {
  CategoryScale,
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from 'chart.js';

Chart.register(LineController, LineElement, PointElement, LinearScale, CategoryScale);

export { Chart, type ChartConfiguration };
