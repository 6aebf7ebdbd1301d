-- AlterTable
ALTER TABLE "generation" ADD COLUMN     "light" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "passed" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "worker_id" UUID;

-- CreateTable
CREATE TABLE "checkpoint" (
    "generation_id" UUID NOT NULL,
    "state" BYTEA NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("generation_id")
);

-- CreateTable
CREATE TABLE "worker" (
    "id" UUID NOT NULL,
    "engines" INTEGER NOT NULL,
    "lanes" INTEGER NOT NULL,
    "light" INTEGER NOT NULL,
    "models" TEXT[],
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_generation_id_fkey" FOREIGN KEY ("generation_id") REFERENCES "generation"("id") ON DELETE CASCADE ON UPDATE CASCADE;
