-- DropIndex
DROP INDEX "generation_kind_status_ended_at_idx";

-- DropIndex
DROP INDEX "generation_status_turn_id_idx";

-- AlterTable
ALTER TABLE "delivery" ADD COLUMN     "standing" JSONB;

-- AlterTable
ALTER TABLE "generation" DROP COLUMN "turn",
ADD COLUMN     "estimate_ms" DOUBLE PRECISION NOT NULL DEFAULT 1000,
ADD COLUMN     "model" TEXT,
ADD COLUMN     "not_before" TIMESTAMPTZ(3),
ADD COLUMN     "weight" DOUBLE PRECISION NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "person" ADD COLUMN     "served" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "fair_clock" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "now" DOUBLE PRECISION NOT NULL DEFAULT 0,

    CONSTRAINT "fair_clock_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "generation_status_person_id_id_idx" ON "generation"("status", "person_id", "id");

-- CreateIndex
CREATE INDEX "generation_kind_model_status_ended_at_idx" ON "generation"("kind", "model", "status", "ended_at");

-- CreateIndex
CREATE INDEX "person_served_idx" ON "person"("served");

-- The clock, and what older records say of their model.
INSERT INTO "fair_clock" ("id", "now") VALUES (1, 0);
UPDATE "generation" SET "model" = "recipe" -> 'model' ->> 'name' WHERE "recipe" IS NOT NULL;
