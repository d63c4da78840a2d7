//! A KPI as a table function: `SELECT * FROM active_people('from=2026-01-05', 'by=grade', 'basis=login')`.

use super::{Inner, answer};
use crate::error::AnswerError;
use crate::landing::arrow_type;
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::{MemTable, Session as EngineSession, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use rust_decimal::Decimal;
use std::sync::{Arc, Weak};
use uptake_spec::kpi::ValueOf;
use uptake_spec::source::ColumnType;
use uptake_spec::{Data, Filter, Kpi, Params, Table, Viewer};

/// Decimals of a summed value in SQL.
const SCALE: i8 = 4;

/// Registers every KPI of the session's project under its name.
pub fn register(session: &Arc<Inner>) {
    for kpi in &session.project.kpis {
        let function = KpiFunction { kpi: kpi.clone(), session: Arc::downgrade(session) };
        session.context.register_udtf(&kpi.name, Arc::new(function));
    }
}

#[derive(Clone)]
struct KpiFunction {
    kpi: Kpi,
    /// Weak, since the session's context holds this function.
    session: Weak<Inner>,
}

impl std::fmt::Debug for KpiFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}()", self.kpi.name)
    }
}

impl TableFunctionImpl for KpiFunction {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let params = read_params(&self.kpi, args.exprs())?;
        let kpi = self
            .kpi
            .chosen(&params.options)
            .map_err(|(what, hint)| DataFusionError::Plan(format!("{what}; {hint}")))?;
        let value = if kpi.value_of == ValueOf::Sum { DataType::Decimal128(38, SCALE) } else { DataType::Float64 };
        let date = |name: &str| Field::new(name, arrow_type(ColumnType::Date), true);
        let mut fields = vec![date("period_start"), date("period_end")];
        fields.extend(params.by.iter().map(|name| Field::new(name, DataType::Utf8, true)));
        fields.extend(kpi.split.iter().map(|split| Field::new(&split.column, DataType::Utf8, true)));
        fields.push(Field::new("value", value, true));
        fields.push(Field::new("numerator", DataType::Int64, true));
        fields.push(Field::new("denominator", DataType::Int64, true));
        fields.push(Field::new("complete", DataType::Boolean, true));
        Ok(Arc::new(Asked { function: self.clone(), params, schema: Arc::new(Schema::new(fields)) }))
    }
}

/// `'from=2026-01-05', 'by=grade', 'grade=Partner'`: the flags of `uptake kpi`; a column's name filters by it.
fn read_params(kpi: &Kpi, args: &[Expr]) -> Result<Params> {
    let mut params = Params::default();
    for arg in args {
        let Expr::Literal(ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)), _) = arg else {
            return Err(DataFusionError::Plan(format!("{} takes texts such as 'from=2026-01-05'", kpi.name)));
        };
        let Some((name, value)) = text.split_once('=') else {
            return Err(DataFusionError::Plan(format!("\"{text}\" is not of the form 'name=value'")));
        };
        let wrong = |why: String| DataFusionError::Plan(format!("'{text}': {why}"));
        let day = || value.parse().map_err(|_| wrong("it wants a date such as 2026-01-05".into()));
        match name {
            "from" => params.from = Some(day()?),
            "to" => params.to = Some(day()?),
            "as_of" => params.as_of = Some(day()?),
            "grain" => params.grain = Some(value.parse().map_err(wrong)?),
            "attributes" => params.attributes = Some(value.parse().map_err(wrong)?),
            "by" => params.by.push(value.into()),
            column if kpi.filters_by(column) => match params.filters.iter_mut().find(|f| f.column == column) {
                Some(filter) => filter.values.push(value.into()),
                None => params.filters.push(Filter { column: column.into(), values: vec![value.into()] }),
            },
            option => {
                params.options.insert(option.into(), value.into());
            }
        }
    }
    Ok(params)
}

/// One call of the function; answered when it is scanned.
#[derive(Debug)]
struct Asked {
    function: KpiFunction,
    params: Params,
    schema: SchemaRef,
}

#[async_trait::async_trait]
impl TableProvider for Asked {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn EngineSession,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let session = self
            .function
            .session
            .upgrade()
            .ok_or_else(|| DataFusionError::Execution("the session has ended".into()))?;
        // Memory and disk are those of the query that asks.
        let base = SessionStateBuilder::new_from_existing(session.context.state());
        let context = SessionContext::new_with_state(base.with_runtime_env(state.runtime_env().clone()).build());
        let told = |error: AnswerError| DataFusionError::External(Box::new(error));
        Box::pin(session.check_members(&self.params.filters)).await.map_err(told)?;
        let answer = answer::answer(&session, &context, &self.function.kpi, &self.params, &Viewer::Local);
        let answer = Box::pin(answer).await.map_err(told)?;
        let batch = batch(&answer.table, &self.schema)?;
        MemTable::try_new(self.schema.clone(), vec![vec![batch]])?.scan(state, projection, filters, limit).await
    }
}

fn batch(table: &Table, schema: &SchemaRef) -> Result<RecordBatch> {
    let arrays = table.columns().iter().map(|column| -> Result<ArrayRef> {
        Ok(match &column.data {
            Data::Text(v) => Arc::new(StringArray::from(v.clone())),
            Data::Integer(v) => Arc::new(Int64Array::from(v.clone())),
            Data::Float(v) => Arc::new(Float64Array::from(v.clone())),
            Data::Boolean(v) => Arc::new(BooleanArray::from(v.clone())),
            Data::Date(v) => Arc::new(v.iter().map(|d| d.map(|d| d.to_epoch_days())).collect::<Date32Array>()),
            Data::Decimal(v) => Arc::new(
                v.iter().map(|d| d.map(units)).collect::<Decimal128Array>().with_precision_and_scale(38, SCALE)?,
            ),
            Data::Instant(_) => return Err(DataFusionError::Internal("an answer has no instants".into())),
        })
    });
    Ok(RecordBatch::try_new(schema.clone(), arrays.collect::<Result<_>>()?)?)
}

fn units(decimal: Decimal) -> i128 {
    let mut decimal = decimal;
    decimal.rescale(SCALE as u32);
    decimal.mantissa()
}
