\set q random(1, 1000)
SELECT id FROM bench_bare ORDER BY e <=> (SELECT v::vector(384) FROM bench_query WHERE id = :q) LIMIT 10;
