//! The functions that expressions may call, seen as expressions see them.
#![expect(clippy::float_cmp, reason = "results are exact where equality is asked for")]

use expressions::functions::{
    FUNCTIONS, FunctionError, add_to, failure, markdown, missing, sample,
};
use minijinja::{Environment, UndefinedBehavior, Value, context};

fn environment() -> Environment<'static> {
    let mut env = Environment::empty();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    add_to(&mut env);
    env
}

fn evaluate(expression: &str, answers: &Value) -> Result<Value, minijinja::Error> {
    environment().compile_expression(expression)?.eval(answers)
}

fn value_of(expression: &str, answers: &Value) -> Value {
    evaluate(expression, answers).unwrap_or_else(|error| panic!("{expression}: {error}"))
}

/// Whether `value` is `expected`, to half a unit of the last digit given.
fn meets(value: &Value, expected: &str) -> bool {
    let Ok(wanted) = expected.parse::<f64>() else {
        return value.to_string() == expected;
    };
    let decimals = expected.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let half_a_unit = (0..decimals).fold(0.5, |unit, _| unit / 10.0);
    f64::try_from(value.clone()).is_ok_and(|it| (it - wanted).abs() <= half_a_unit + 1e-12)
}

/// Checks that each expression over `answers` gives the number beside it.
#[track_caller]
fn gives_over(answers: &Value, expectations: &[(&str, &str)]) {
    for (expression, expected) in expectations {
        let value = value_of(expression, answers);
        assert!(meets(&value, expected), "{expression} gives {value}, not {expected}");
    }
}

#[track_caller]
fn gives(expectations: &[(&str, &str)]) {
    gives_over(&context! {}, expectations);
}

/// The message with which `expression` fails.
#[track_caller]
fn message(expression: &str, answers: &Value) -> String {
    let error = evaluate(expression, answers).expect_err(expression);
    failure(&error).unwrap_or_else(|| panic!("{error}")).to_string()
}

/// Checks that each expression fails with the message beside it.
#[track_caller]
fn fails(expectations: &[(&str, &str)]) {
    for (expression, expected) in expectations {
        assert_eq!(message(expression, &context! {}), *expected, "{expression}");
    }
}

mod catalogue {
    use super::*;

    #[test]
    fn every_example_gives_its_result() {
        for function in FUNCTIONS {
            let value = value_of(function.example, &sample());
            assert!(
                meets(&value, function.result),
                "{} gives {value}, not {}",
                function.example,
                function.result
            );
            assert!(function.example.contains(&format!("{}(", function.name)));
            assert!(function.signature.starts_with(&format!("{}(", function.name)));
        }
    }

    #[test]
    fn exactly_the_functions_of_the_table_are_registered() {
        let env = environment();
        let mut registered: Vec<_> = env.globals().map(|(name, _)| name.to_owned()).collect();
        let mut listed: Vec<_> = FUNCTIONS.iter().map(|it| it.name.to_owned()).collect();
        registered.sort_unstable();
        listed.sort_unstable();
        assert_eq!(registered, listed);
    }

    #[test]
    fn the_page_for_form_authors_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/functions.md");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, markdown()).unwrap();
        }
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            page == markdown(),
            "docs/functions.md is out of date: run this test with UPDATE=1"
        );
    }
}

mod golden {
    use super::*;

    const FLOWS: &str = "[-400000, -50000, 120000, 220000, 260000, 260000]";

    #[test]
    fn the_danish_discount_factor_falls_by_three_rates_in_turn() {
        gives(&[
            ("discount_factor(0)", "1.0"),
            ("discount_factor(1)", "0.96618357"),
            ("discount_factor(5)", "0.84197317"),
            ("discount_factor(10)", "0.70891881"),
            ("discount_factor(35)", "0.29997686"),
            ("discount_factor(36)", "0.29266035"),
            ("discount_factor(70)", "0.12640157"),
            ("discount_factor(71)", "0.12453357"),
            ("discount_factor(75)", "0.11733356"),
        ]);
    }

    #[test]
    fn hours_released_become_posts_and_money() {
        gives(&[
            ("hours_released(60, 3, 12, 48)", "1728.0"),
            ("hours_released(60, 3, 12, 48) * 0.6", "1036.8"),
            ("hours_released(60, 3, 12, 48) * 0.6 / 1500", "0.6912"),
            ("hours_released(60, 3, 12, 48) * 0.6 * 285", "295488.0"),
        ]);
    }

    #[test]
    fn the_business_case_has_all_its_key_figures() {
        let answers = context! { benefit => 295_488, operation => 90_000, investment => 850_000 };
        gives_over(
            &answers,
            &[
                ("benefit - operation", "205488.0"),
                ("npv(flows(investment, benefit - operation, 5))", "77789.08"),
                ("irr(flows(investment, benefit - operation, 5))", "0.066717"),
                ("payback(flows(investment, benefit - operation, 5))", "4.136495"),
                ("discounted_payback(flows(investment, benefit - operation, 5))", "4.550392"),
                ("npv(flows(0, benefit, 5))", "1334143.80"),
                ("npv(flows(-investment, operation, 5))", "1256354.71"),
                ("bcr(flows(0, benefit, 5), flows(-investment, operation, 5))", "1.061916"),
                ("ratio(5 * benefit, investment + 5 * operation) - 1", "0.136492"),
                (
                    "break_even(flows(0, benefit / 0.6, 5), flows(-investment, operation, 5))",
                    "0.565016",
                ),
            ],
        );
    }

    #[test]
    fn the_business_case_moves_with_one_input_at_a_time() {
        gives(&[
            ("npv(flows(850000, 1728 * 285 * 0.4 - 90000, 5))", "-366925.52"),
            ("npv(flows(850000, 1728 * 285 * 0.8 - 90000, 5))", "522503.68"),
            ("npv(flows(850000 * 1.2, 205488, 5))", "-92210.92"),
            ("npv(flows(850000, 205488, 5), rate=0.06)", "15590.21"),
        ]);
    }

    #[test]
    fn uneven_flows_count_the_outlay_of_the_first_year() {
        gives(&[
            (&format!("npv({FLOWS})"), "307627.50"),
            (&format!("irr({FLOWS})"), "0.199105"),
            (&format!("payback({FLOWS})"), "3.423077"),
        ]);
    }

    #[test]
    fn net_emissions_saved_subtract_the_devices_own() {
        let answers = context! { saving => vec![
            context! { what => "transport", amount => 1728 * 6, factor => 0.150 },
            context! { what => "electricity", amount => -60.0 * 5.0 * 8760.0 / 1000.0, factor => 0.120 },
            context! { what => "devices", amount => -60.0 / 5.0, factor => 25 },
        ] };
        gives_over(
            &answers,
            &[
                ("8640 * 0.2", "1728.0"),
                ("saving[0].amount", "10368.0"),
                ("saving[0].amount * saving[0].factor", "1555.2"),
                ("saving[1].amount", "-2628.0"),
                ("saving[1].amount * saving[1].factor", "-315.36"),
                ("saving[2].amount * saving[2].factor", "-300.0"),
                ("co2e(saving, 'amount', 'factor')", "0.93984"),
                ("ratio(60 * 25, 1555.2 - 315.36)", "1.209834"),
            ],
        );
    }

    #[test]
    fn company_emissions_have_shares_intensity_and_change() {
        gives(&[
            ("4.2 + 3.1 + 28.6", "35.9"),
            ("ratio(28.6, 4.2 + 3.1 + 28.6)", "0.796657"),
            ("ratio(35.9, 24.5)", "1.465306"),
            ("ratio(46.0 - 35.9, 46.0) * 100", "21.956522"),
        ]);
    }

    #[test]
    fn disclosures_are_ratios() {
        gives(&[
            ("ratio(1 * 200000, 62000)", "3.225806"),
            ("ratio(265 - 248, 265) * 100", "6.415094"),
            ("ratio(12.4, 18.0) * 100", "68.888889"),
            ("ratio(2, 3)", "0.666667"),
            ("ratio(61, 84) * 100", "72.619048"),
        ]);
    }

    #[test]
    fn wilson_intervals_hold_for_many_few_and_none() {
        gives(&[
            ("wilson(120, 300).low", "0.346165"),
            ("wilson(120, 300).high", "0.456363"),
            ("wilson(3, 8).low", "0.136844"),
            ("wilson(3, 8).high", "0.694258"),
            ("wilson(0, 12).low", "0.0"),
            ("wilson(0, 12).high", "0.242494"),
        ]);
    }

    #[test]
    fn actors_are_spread_over_their_kinds() {
        let rows =
            [("company", 4), ("research", 2), ("hospital", 1), ("municipality", 2), ("other", 3)]
                .into_iter()
                .flat_map(|(kind, n)| vec![context! { kind }; n])
                .collect::<Vec<_>>();
        let kinds = "['company', 'research', 'education', 'hospital', 'municipality', 'abroad']";
        let counts = format!("counts(rows, 'kind', {kinds})");
        gives_over(
            &context! { rows },
            &[
                (&format!("shannon({counts})"), "1.273028"),
                (&format!("evenness({counts})"), "0.710491"),
                (&format!("hhi({counts})"), "0.308642"),
                ("evenness([1, 1, 1])", "1.0"),
                ("evenness([5, 0])", "0.0"),
                ("ratio(14, 9 * 8 / 2)", "0.388889"),
            ],
        );
    }

    #[test]
    fn growth_is_yearly() {
        gives(&[
            ("cagr(22, 50, 9)", "0.09551"),
            ("22 * power(1 + cagr(22, 50, 9), 3)", "28.924895"),
            ("22 + (50 - 22) * 3 / 9", "31.333333"),
            ("cagr(10, 0, 2)", "-1.0"),
        ]);
    }

    #[test]
    fn days_are_counted_over_months_and_years() {
        gives(&[
            ("days_between('2026-10-01', '2026-10-01')", "0"),
            ("days_between('2024-02-28', '2024-03-01')", "2"),
            ("days_between('2027-01-01', '2026-01-01')", "-365"),
        ]);
    }

    #[test]
    fn health_states_have_danish_utilities() {
        gives(&[
            ("eq5d_dk('11111')", "1.0"),
            ("eq5d_dk('11123')", "0.761"),
            ("eq5d_dk(21232)", "0.760"),
            ("eq5d_dk(33333)", "0.571"),
            ("eq5d_dk('55555')", "-0.758"),
        ]);
    }

    #[test]
    fn quality_adjusted_life_years_are_the_area_under_the_curve() {
        let rows = [(0.25, 0.76), (0.0, 0.70), (1.0, 0.80)]
            .map(|(years, utility)| context! { years, utility });
        gives_over(
            &context! { rows => rows.to_vec() },
            &[
                ("qaly([[0, 0.70], [0.25, 0.76], [1.0, 0.80]])", "0.7675"),
                (
                    "qaly([[0, 0.70], [0.25, 0.76], [1, 0.80]]) - qaly([[0, 0.7], [1, 0.7]])",
                    "0.0675",
                ),
                ("qaly(rows, 'years', 'utility')", "0.7675"),
            ],
        );
    }

    #[test]
    fn cost_effectiveness_is_a_ratio_and_a_net_benefit() {
        gives(&[("ratio(12000, 0.05)", "240000.0"), ("0.05 * 300000 - 12000", "3000.0")]);
    }

    #[test]
    fn the_well_being_index_is_four_times_the_raw_score() {
        gives(&[("13 * 4", "52"), ("17 * 4", "68"), ("17 * 4 - 13 * 4", "16")]);
    }

    #[test]
    fn the_number_needed_to_treat_is_one_over_the_risk_reduction() {
        gives(&[
            ("0.18 - 0.13", "0.05"),
            ("ratio(0.18 - 0.13, 0.18)", "0.277778"),
            ("ratio(1, 0.18 - 0.13)", "20.0"),
        ]);
    }

    #[test]
    fn the_budget_impact_falls_with_uptake() {
        let answers = context! { years => vec![
            context! { uptake => 0.10, once => 150_000 },
            context! { uptake => 0.25, once => 0 },
            context! { uptake => 0.40, once => 0 },
        ] };
        gives_over(
            &answers,
            &[
                ("1200 * years[0].uptake * (4200 - 5000) + years[0].once", "54000.0"),
                ("1200 * years[1].uptake * (4200 - 5000) + years[1].once", "-240000.0"),
                ("1200 * years[2].uptake * (4200 - 5000) + years[2].once", "-384000.0"),
                ("1200 * sum(years, 'uptake') * (4200 - 5000) + sum(years, 'once')", "-570000.0"),
            ],
        );
    }

    #[test]
    fn a_falling_curve_is_read_and_clipped() {
        let points = "[[50, 1], [75, 0.8], [90, 0.5], [100, 0]]";
        for (x, expected) in [
            ("50", "1.0"),
            ("60", "0.92"),
            ("75", "0.8"),
            ("90", "0.5"),
            ("100", "0.0"),
            ("10", "1.0"),
            ("40", "1.0"),
            ("101", "0.0"),
            ("120", "0.0"),
        ] {
            gives(&[(&format!("curve({x}, {points})"), expected)]);
        }
    }

    #[test]
    fn a_rising_curve_is_read_and_clipped() {
        let points = "[[-0.15, 0], [0, 0.1], [0.25, 0.9], [0.35, 1]]";
        for (x, expected) in [("0.1", "0.42"), ("0.38", "1.0"), ("-0.20", "0.0")] {
            gives(&[(&format!("curve({x}, {points})"), expected)]);
        }
    }

    #[test]
    fn partners_are_counted_by_type_and_concentration() {
        let kinds = ["company", "research", "hospital", "municipality"];
        let partners = kinds.into_iter().zip([4, 2, 1, 2]);
        let rows: Vec<_> = partners.map(|(kind, number)| context! { kind, number }).collect();
        gives_over(
            &context! { rows },
            &[
                ("ratio(distinct(rows, 'kind'), 6)", "0.666667"),
                (
                    "ratio(sum_product(rows, 'number', 'number'), power(sum(rows, 'number'), 2))",
                    "0.308642",
                ),
                ("ratio(14, 9 * (9 - 1) / 2)", "0.388889"),
            ],
        );
    }

    #[test]
    fn a_market_is_the_weighted_sum_of_its_scores() {
        let weights = [20, 20, 15, 30, 5, 5, 5];
        let scores = [[4, 3, 4, 3, 4, 3, 3], [3, 4, 5, 4, 5, 5, 5], [5, 4, 2, 2, 3, 2, 2]];
        for (scores, expected) in scores.into_iter().zip(["3.40", "4.10", "3.05"]) {
            let cells = weights.into_iter().zip(scores);
            let rows: Vec<_> = cells.map(|(w, s)| context! { w, s }).collect();
            gives_over(&context! { rows }, &[("sum_product(rows, 'w', 's') / 100", expected)]);
        }
    }

    #[test]
    fn outcomes_are_ratios_of_counts() {
        gives(&[
            ("ratio(4843, 6868) * 100", "70.5154"),
            ("ratio(3941, 5296) * 100", "74.4147"),
            ("ratio(1998, 2689) * 100", "74.3027"),
            ("ratio(5296, 6868) * 100", "77.1112"),
            ("ratio(2689, 5296) * 100", "50.7742"),
            ("ratio(2689, 6868) * 100", "39.1526"),
            ("ratio(1998, 4843) * 100", "41.2554"),
            ("ratio(691, 2025) * 100", "34.1235"),
        ]);
    }

    #[test]
    fn attainment_and_pace_hold_for_rising_and_falling_targets() {
        gives(&[
            ("ratio(150 - 120, 200 - 120)", "0.375"),
            ("ratio(ratio(150 - 120, 200 - 120), 0.5)", "0.75"),
            ("ratio(41 - 48, 30 - 48)", "0.388889"),
            ("ratio(ratio(41 - 48, 30 - 48), 0.5)", "0.777778"),
            ("ratio(50, 22)", "2.272727"),
            ("22 + ratio(50 - 22, 9) * 3", "31.333333"),
        ]);
    }

    #[test]
    fn export_points_are_rounded_half_up() {
        gives(&[
            ("61 / 96 * 200", "127.083333"),
            ("round_to(61 / 96 * 200, 0)", "127"),
            ("round_to(38 / 96 * 200, 0)", "79"),
            ("round_to(39 / 96 * 200, 0)", "81"),
        ]);
    }

    #[test]
    fn the_joined_pillars_show_their_lowest() {
        gives(&[("(72 + 55 + 81) / 3", "69.333333"), ("min(72, 55, 81)", "55")]);
    }
}

mod numbers {
    use super::*;

    #[test]
    fn whole_results_have_no_decimals() {
        for (expression, printed) in [
            ("round_to(127.083, 0)", "127"),
            ("min(3, 4.5)", "3"),
            ("power(2, 10)", "1024"),
            ("npv([0, 0])", "0"),
            ("clip(-0.0, -1, 1)", "0"),
            ("round_to(-0.2, 0)", "0"),
            ("max(3, 4.5)", "4.5"),
        ] {
            assert_eq!(value_of(expression, &context! {}).to_string(), printed, "{expression}");
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero_as_they_are_written() {
        for (expression, printed) in [
            ("round_to(2.5, 0)", "3"),
            ("round_to(-2.5, 0)", "-3"),
            ("round_to(2.675, 2)", "2.68"),
            ("round_to(1.005, 2)", "1.01"),
            ("round_to(-0.285, 2)", "-0.29"),
            ("round_to(0.1 + 0.2, 1)", "0.3"),
            ("round_to(2.4999, 0)", "2"),
            ("round_to(1234567, -3)", "1235000"),
            ("round_to(123456789.285, 2)", "123456789.29"),
            ("round_to(1e300, 12)", "1e300"),
        ] {
            let value = value_of(expression, &context! {});
            let number = f64::try_from(value.clone()).unwrap();
            assert_eq!(number, printed.parse::<f64>().unwrap(), "{expression} gives {value}");
        }
    }

    #[test]
    fn powers_are_whole_and_bounded() {
        gives(&[
            ("power(1.035, 5)", "1.187686"),
            ("power(2, -2)", "0.25"),
            ("power(0, 0)", "1"),
            ("power(-3, 3)", "-27"),
        ]);
        fails(&[
            ("power(2, 0.5)", "power: `n` must be a whole number from -1000 to 1000, not 0.5"),
            ("power(2, 1001)", "power: `n` must be a whole number from -1000 to 1000, not 1001"),
            ("power(0, -1)", "power has no result: 0 has no negative power"),
            ("power(1e300, 2)", "power has no result: the result is too large, or is not a number"),
        ]);
    }

    #[test]
    fn a_division_by_zero_and_an_empty_choice_have_no_result() {
        fails(&[
            ("ratio(1, 0)", "ratio has no result: the second number is 0"),
            ("ratio(1, 0.0)", "ratio has no result: the second number is 0"),
            ("min([])", "min has no result: the list is empty"),
            ("clip(1, 3, 2)", "clip: `low` (3) must not be above `high` (2)"),
        ]);
    }

    #[test]
    fn a_list_stands_for_its_entries() {
        gives(&[("min([3, 1, 2])", "1"), ("max([3, 1, 2])", "3"), ("max(7)", "7")]);
    }
}

mod rows {
    use super::*;

    #[test]
    fn a_cell_without_a_value_makes_the_result_not_yet_known() {
        let rows = vec![
            context! { a => 1, b => "x" },
            context! { a => 2, b => Value::UNDEFINED },
            context! { a => Value::from(()), b => "y" },
        ];
        let answers = context! { rows };
        for (expression, what) in [
            ("sum(rows, 'a')", "sum: row 3, column `a` has no value yet"),
            ("mean(rows, 'a')", "mean: row 3, column `a` has no value yet"),
            ("column(rows, 'b')", "column: row 2, column `b` has no value yet"),
            ("distinct(rows, 'b')", "distinct: row 2, column `b` has no value yet"),
            ("count_where(rows, 'c', 1)", "count_where: row 1, column `c` has no value yet"),
            ("co2e(rows, 'a', 'b')", "co2e: row 3, column `a` has no value yet"),
        ] {
            let error = evaluate(expression, &answers).unwrap_err();
            assert_eq!(missing(&error).as_deref(), Some(what), "{expression}");
            assert_eq!(error.kind(), minijinja::ErrorKind::UndefinedError, "{expression}");
        }
    }

    #[test]
    fn a_cell_that_is_no_number_is_not_taken_for_missing() {
        let answers = context! { rows => vec![context! { a => "many" }] };
        let error = evaluate("sum(rows, 'a')", &answers).unwrap_err();
        assert_eq!(missing(&error), None);
        assert_eq!(
            message("sum(rows, 'a')", &answers),
            "sum: row 1, column `a` must be a number, not a text"
        );
    }

    #[test]
    fn a_table_without_rows_adds_up_to_nothing_but_has_no_mean() {
        let answers = context! { rows => Vec::<Value>::new() };
        gives_over(
            &answers,
            &[
                ("sum(rows, 'a')", "0"),
                ("sum_product(rows, 'a', 'b')", "0"),
                ("distinct(rows, 'a')", "0"),
                ("count_where(rows, 'a', 1)", "0"),
                ("column(rows, 'a')", "[]"),
            ],
        );
        assert_eq!(
            message("mean(rows, 'a')", &answers),
            "mean has no result: the table has no rows"
        );
    }

    #[test]
    fn ticks_in_a_cell_count_one_by_one() {
        let answers = context! { rows => vec![
            context! { kinds => vec!["a", "b"], big => true, n => 1 },
            context! { kinds => vec!["b", "c"], big => false, n => 1.0 },
            context! { kinds => Vec::<&str>::new(), big => true, n => 2 },
        ] };
        gives_over(
            &answers,
            &[
                ("distinct(rows, 'kinds')", "3"),
                ("count_where(rows, 'kinds', 'b')", "2"),
                ("count_where(rows, 'kinds', ['b', 'c'])", "1"),
                ("count_where(rows, 'big', true)", "2"),
                ("count_where(rows, 'big', 1)", "0"),
                ("count_where(rows, 'n', 1)", "2"),
                ("distinct(rows, 'n')", "2"),
            ],
        );
    }

    #[test]
    fn what_is_not_a_table_is_refused() {
        fails(&[
            ("sum(3, 'a')", "sum: `rows` must be a list, not a number"),
            ("sum('abc', 'a')", "sum: `rows` must be a list, not a text"),
            ("sum([1], 'a')", "sum: row 1 is not a row of a table"),
            ("sum([], 3)", "sum: `column` must be a text in quotation marks, not a number"),
        ]);
    }
}

mod points {
    use super::*;

    #[test]
    fn a_curve_needs_rising_points() {
        fails(&[
            (
                "curve(1, [[0, 0], [2, 1], [2, 3]])",
                "curve: the first numbers of the points must rise, but 2 is followed by 2",
            ),
            ("curve(1, [[0, 0]])", "curve: takes from 2 to 10000 points, not 1"),
            ("curve(1, [[0, 0], [1]])", "curve: `points[1]` must be a pair"),
            ("curve(1, [0, 1])", "curve: `points[0]` must be a list, not a number"),
        ]);
    }

    #[test]
    fn a_ladder_counts_up_to_the_first_step_not_met() {
        gives(&[
            ("ladder([])", "0"),
            ("ladder([2, 3])", "0"),
            ("ladder([3, 1, 2, 2, 5])", "3"),
            ("ladder([1, 2, 3, 4, 5, 6, 7, 8, 9])", "9"),
        ]);
        fails(&[
            ("ladder([0, 1])", "ladder: a step must be a whole number from 1 to 1000, not 0"),
            ("ladder([1.5])", "ladder: a step must be a whole number from 1 to 1000, not 1.5"),
        ]);
    }
}

mod finance {
    use super::*;

    #[test]
    fn a_rate_that_does_not_exist_or_is_not_the_only_one_is_not_given() {
        fails(&[
            ("irr([100, 200])", "irr has no result: the flows never change sign"),
            ("irr([0, 0])", "irr has no result: the flows never change sign"),
            ("irr([])", "irr has no result: there are no flows"),
            (
                "irr([-100, 230, -132])",
                "irr has no result: the flows change sign more than once, so that several rates \
                 may fit",
            ),
            ("irr([-1000000, 1])", "irr has no result: the rate is below -99.9 %"),
        ]);
    }

    #[test]
    fn the_rate_is_found_where_there_is_one() {
        gives(&[
            ("irr([-100, 110])", "0.100000000000"),
            ("irr([-100, 100])", "0.000000000000"),
            ("irr([-100, 50])", "-0.500000000000"),
            ("irr([0, 0, -100, 110])", "0.100000000000"),
            ("irr([100, -110])", "0.100000000000"),
            ("irr([-1, 1000001])", "1000000"),
            // The running total -100, 60, 20 changes sign once.
            ("npv([-100, 160, -40], rate=irr([-100, 160, -40]))", "0.000000000"),
        ]);
        assert_eq!(value_of("irr([-100, 110]) == 0.1", &context! {}), Value::from(true));
    }

    #[test]
    fn money_is_paid_back_when_it_stays_so() {
        gives(&[
            ("payback([-100, 50, 50])", "2"),
            ("payback([-0.3, 0.1, 0.1, 0.1])", "3"),
            ("payback([100, 50])", "0"),
            ("payback([-100, 150, -60, 20])", "2.5"),
            ("discounted_payback([-100, 110], rate=0.1)", "1.000000"),
        ]);
        fails(&[(
            "payback([-100, 50])",
            "payback has no result: the flows do not pay back what is laid out",
        )]);
    }

    #[test]
    fn a_rate_is_a_share_and_a_year_is_whole() {
        gives(&[("npv([0, 106], 0.06)", "100"), ("discount_factor(1000)", "0.000000")]);
        fails(&[
            ("npv([1], rate=6)", "npv: `rate` must be a share such as 0.06 for 6 %, not 6"),
            ("npv([1], rate=-1)", "npv: `rate` must be a share such as 0.06 for 6 %, not -1"),
            (
                "discount_factor(-1)",
                "discount_factor: `year` must be a whole number from 0 to 1000, not -1",
            ),
            ("flows(1, 1, 1001)", "flows: `years` must be a whole number from 0 to 1000, not 1001"),
        ]);
    }

    #[test]
    fn benefits_and_costs_are_positive_and_there() {
        fails(&[
            ("bcr([0, 5], [-1])", "bcr: `costs` must be positive numbers, but -1 is among them"),
            ("bcr([0, 5], [0])", "bcr has no result: there are no costs"),
            ("break_even([0], [5])", "break_even has no result: there are no benefits"),
        ]);
    }
}

mod health {
    use super::*;

    #[test]
    fn a_health_state_is_five_digits() {
        let expected = "eq5d_dk: `state` must be five digits from 1 to 5, for example \"11123\"";
        for state in
            ["'1112'", "'111234'", "'11126'", "'11120'", "11.5", "true", "''", "'１１１２３'"]
        {
            assert_eq!(message(&format!("eq5d_dk({state})"), &context! {}), expected, "{state}");
        }
    }

    #[test]
    fn utilities_are_measured_twice_and_at_different_times() {
        fails(&[
            ("qaly([[0, 0.7]])", "qaly has no result: it takes two measurements or more"),
            ("qaly([[1, 0.7], [1, 0.8]])", "qaly: there are two measurements at 1 years"),
            ("qaly([[0, 70], [1, 80]])", "qaly: a utility must be from -1 to 1, not 70"),
        ]);
    }

    #[test]
    fn more_time_spent_is_negative_time_released() {
        gives(&[("hours_released(10, 1, -6, 50)", "-50")]);
        fails(&[(
            "hours_released(-10, 1, 6, 50)",
            "hours_released: `citizens` must not be negative, but is -10",
        )]);
    }
}

mod statistics {
    use super::*;

    #[test]
    fn a_share_needs_somebody_asked_and_no_more_than_asked() {
        fails(&[
            ("wilson(0, 0)", "wilson has no result: nobody was asked (`n` is 0)"),
            ("shannon([0, 0])", "shannon has no result: there is nothing to divide"),
            ("evenness([0, 0])", "evenness has no result: there is nothing to divide"),
            ("evenness([3])", "evenness has no result: there are fewer than two kinds"),
            ("hhi([-1, 2])", "hhi: the numbers must not be negative"),
            ("cagr(0, 5, 2)", "cagr has no result: it begins at 0"),
            (
                "cagr(1, 5, 0)",
                "cagr: the numbers must not be negative, and `years` must be above 0",
            ),
            (
                "days_between('2026-02-30', '2026-03-01')",
                "days_between: `2026-02-30` is not a date such as 2026-10-01",
            ),
            ("wilson(4, 3)", "wilson: `k` must be from 0 to `n`, but they are 4 and 3"),
            ("wilson(-1, 3)", "wilson: `k` must be from 0 to `n`, but they are -1 and 3"),
        ]);
    }
}

mod calls {
    use super::*;

    #[test]
    fn a_wrong_call_says_how_to_write_it() {
        fails(&[
            ("npv()", "npv: `flows` is missing; write `npv(flows, rate=…)`"),
            ("clip(1, 2)", "clip: `high` is missing; write `clip(x, low, high)`"),
            ("ratio(1, 2, 3)", "ratio: there are too many arguments; write `ratio(a, b)`"),
            (
                "npv([1], rat=0.06)",
                "npv: unknown keyword argument 'rat'; write `npv(flows, rate=…)`",
            ),
            ("min()", "min: `a` is missing; write `min(a, b, …)`"),
            ("clip(1, 0, high=2)", "clip: `high` is missing; write `clip(x, low, high)`"),
            (
                "npv([1], 0.1, rate=0.1)",
                "npv: unknown keyword argument 'rate'; write `npv(flows, rate=…)`",
            ),
            ("ratio(true, 2)", "ratio: `a` must be a number, not true or false"),
            ("npv([1, 'x'])", "npv: `flows[1]` must be a number, not a text"),
            ("ratio(1e400, 2)", "ratio: `a` is too large"),
        ]);
    }

    #[test]
    fn an_argument_without_a_value_makes_the_result_not_yet_known() {
        let answers = context! { step => context! { asked => Value::from(()) } };
        for (expression, what) in [
            ("ratio(step.asked, 2)", "ratio: `a` has no value yet"),
            ("ratio(step.absent, 2)", "ratio: `a` has no value yet"),
            ("npv([1, step.asked])", "npv: `flows[1]` has no value yet"),
            ("npv([1], rate=step.absent)", "npv: `rate` has no value yet"),
            ("sum(step.absent, 'a')", "sum: `rows` has no value yet"),
            ("curve(1, [[0, step.asked]])", "curve: `points[0][1]` has no value yet"),
        ] {
            let error = evaluate(expression, &answers).unwrap_err();
            assert_eq!(missing(&error).as_deref(), Some(what), "{expression}");
        }
    }

    #[test]
    fn an_error_keeps_its_kind_through_the_engine() {
        let error = evaluate("1 + irr([1, 2])", &context! {}).unwrap_err();
        assert_eq!(
            failure(&error),
            Some(&FunctionError::NoResult {
                function: "irr",
                reason: "the flows never change sign"
            })
        );
        assert_eq!(missing(&error), None);
        assert!(failure(&evaluate("1 / 0", &context! {}).unwrap_err()).is_none());
    }

    #[test]
    fn long_lists_are_refused() {
        let answers =
            context! { list => vec![1; 10_001], rows => vec![context! { a => 1 }; 10_001] };
        for expression in ["min(list)", "ladder(list)", "npv(list)", "sum(rows, 'a')"] {
            assert!(message(expression, &answers).contains("more than 10000 entries"));
        }
        let answers = context! { list => vec![1; 1_002] };
        assert_eq!(message("npv(list)", &answers), "npv: takes flows for at most 1000 years");
    }
}

mod properties {
    use expressions::functions::finance::{self, Rate};
    use expressions::functions::{health, ladder, numbers, rows, shape, statistics};
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Points whose xs rise, with values that rise or fall throughout.
    fn monotone_points() -> impl Strategy<Value = (Vec<(f64, f64)>, bool)> {
        let steps = vec((0.001..1e3, 0.0..1e3), 2..12);
        (steps, -1e3..1e3, any::<bool>()).prop_map(|(steps, start, rises)| {
            let sign = if rises { 1.0 } else { -1.0 };
            let walk = steps.into_iter().scan((start, start), |at, (dx, dy)| {
                *at = (at.0 + dx, at.1 + sign * dy);
                Some(*at)
            });
            (walk.collect(), rises)
        })
    }

    proptest! {
        #[test]
        fn the_present_value_at_the_internal_rate_is_zero(
            outlay in 1.0..1e6_f64,
            returns in vec(0.0..1e6, 1..40),
        ) {
            let mut flows = returns;
            flows.insert(0, -outlay);
            if let Ok(rate) = finance::irr(&flows) && (-0.5..=1.0).contains(&rate) {
                let at = |rate| finance::npv(&flows, Rate::Fixed(rate)).unwrap();
                prop_assert!(at(rate - 1e-9) >= 0.0 && at(rate + 1e-9) <= 0.0, "{}", at(rate));
            }
        }

        #[test]
        fn a_higher_fixed_rate_never_makes_returns_worth_more(
            returns in vec(0.0..1e6, 1..40),
            a in 0.0..1.0,
            b in 0.0..1.0,
        ) {
            let at = |rate| finance::npv(&returns, Rate::Fixed(rate)).unwrap();
            prop_assert!(at(f64::min(a, b)) >= at(f64::max(a, b)));
        }

        #[test]
        fn discounted_flows_never_pay_back_sooner(
            outlay in 1.0..1e6_f64,
            returns in vec(0.0..1e6, 1..40),
        ) {
            let mut flows = returns;
            flows.insert(0, -outlay);
            if let Ok(discounted) = finance::discounted_payback(&flows, Rate::Danish) {
                prop_assert!(finance::payback(&flows).unwrap() <= discounted + 1e-9);
            }
        }

        #[test]
        fn a_curve_stays_within_its_values_and_follows_its_points(
            (points, rises) in monotone_points(),
            a in -1e4..1e4,
            b in -1e4..1e4,
        ) {
            let at = |x| shape::curve(x, &points).unwrap();
            let (left, right) = (at(f64::min(a, b)), at(f64::max(a, b)));
            let follows = if rises { left <= right } else { left >= right };
            prop_assert!(follows, "{left} {right}");
            let (first, last) = (points[0].1, points[points.len() - 1].1);
            prop_assert!((first.min(last)..=first.max(last)).contains(&left));
            for (x, y) in &points {
                prop_assert_eq!(at(*x), *y);
            }
        }

        #[test]
        fn a_wilson_interval_contains_the_share((k, n) in (1_u32..100_000).prop_flat_map(|n| (0..=n, Just(n)))) {
            let share = f64::from(k) / f64::from(n);
            let interval = statistics::wilson(f64::from(k), f64::from(n)).unwrap();
            prop_assert!(0.0 <= interval.low && interval.low <= share);
            prop_assert!(share <= interval.high && interval.high <= 1.0);
        }

        #[test]
        fn a_health_state_is_at_most_full_health(state in "[1-5]{5}") {
            prop_assert!((-0.758..=1.0).contains(&health::eq5d_dk(&state).unwrap()));
        }

        #[test]
        fn rounding_moves_by_half_a_unit_at_most(x in -1e6..1e6, decimals in -3..6) {
            let rounded = numbers::round_to(x, decimals).unwrap();
            let unit = numbers::power(10.0, -decimals).unwrap();
            prop_assert!((rounded - x).abs() <= unit * (0.5 + 1e-8));
            prop_assert_eq!(numbers::round_to(rounded, decimals).unwrap(), rounded);
            prop_assert_eq!(numbers::round_to(-x, decimals).unwrap(), -rounded + 0.0);
        }

        #[test]
        fn a_ladder_never_passes_a_missing_step(ticked in vec(1_u32..12, 0..20)) {
            let level = ladder::ladder(&ticked);
            prop_assert!((1..=level).all(|step| ticked.contains(&step)));
            prop_assert!(!ticked.contains(&(level + 1)));
        }

        #[test]
        fn what_is_given_is_always_finite(
            a in prop_oneof![any::<f64>(), Just(0.0)],
            b in any::<f64>(),
            values in vec(any::<f64>(), 0..5),
            n in any::<i32>(),
        ) {
            let rate = Rate::Fixed(b);
            let pairs: Vec<_> = values.iter().map(|it| (*it, a)).collect();
            let results = [
                numbers::ratio(a, b),
                numbers::min(&values),
                numbers::max(&values),
                numbers::clip(a, b, 1.0),
                numbers::round_to(a, n),
                numbers::power(a, n),
                numbers::power(a, n % 20),
                rows::sum(&values),
                rows::mean(&values),
                rows::sum_product(&values, &values),
                finance::npv(&values, rate),
                finance::npv(&values, Rate::Danish),
                finance::irr(&values),
                finance::payback(&values),
                finance::discounted_payback(&values, rate),
                finance::bcr(&values, &values, rate),
                finance::break_even(&values, &[a], rate),
                finance::discount_factor(n.unsigned_abs(), rate),
                health::hours_released(a, b, a, b),
                health::qaly(&pairs),
                shape::curve(a, &pairs),
                statistics::wilson(a, b).map(|it| it.low),
                statistics::wilson(a, b).map(|it| it.high),
            ];
            for (index, result) in results.into_iter().enumerate() {
                prop_assert!(result.is_err() || result.is_ok_and(f64::is_finite), "{index}");
            }
        }
    }
}
