    SELECT
        {person:text} AS name,
        {person:number} AS employee_number,
        {begin|at:instant} AS ts,
        first_seen
    FROM landing.{relation}
