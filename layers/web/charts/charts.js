// What the page draws with; everything else of ECharts is left out of the file.
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, HeatmapChart, LineChart, PieChart]);
use([GridComponent, LegendComponent, TooltipComponent, VisualMapContinuousComponent]);
use([CanvasRenderer]);

export { init } from "echarts/core";
