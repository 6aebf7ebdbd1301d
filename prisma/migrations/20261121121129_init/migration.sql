-- CreateEnum
CREATE TYPE "status" AS ENUM ('received', 'queued', 'running', 'done', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "delivery_state" AS ENUM ('waiting', 'due', 'sent', 'given_up', 'void');

-- CreateTable
CREATE TABLE "inbox" (
    "platform" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "generation_id" UUID,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("platform","event_id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "space" (
    "id" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "space_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "generation" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "status" "status" NOT NULL DEFAULT 'received',
    "request" JSONB,
    "recipe" JSONB,
    "notes" TEXT[],
    "parent_id" UUID,
    "person_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "space_id" UUID,
    "address" JSONB NOT NULL,
    "cost" DOUBLE PRECISION NOT NULL,
    "turn" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "blame" INTEGER NOT NULL DEFAULT 0,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "cancel_requested" BOOLEAN NOT NULL DEFAULT false,
    "total_ms" DOUBLE PRECISION,
    "run_ms" DOUBLE PRECISION,
    "fingerprint" TEXT,
    "error_code" TEXT,
    "error_message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "queued_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "generation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "image" (
    "id" UUID NOT NULL,
    "generation_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "seed" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "pixel_sha256" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "bytes" INTEGER NOT NULL,
    "mime" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "alt_text" TEXT NOT NULL,
    "hidden" BOOLEAN NOT NULL,

    CONSTRAINT "image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "verdict" (
    "id" UUID NOT NULL,
    "generation_id" UUID,
    "image_index" INTEGER,
    "platform" TEXT,
    "event_id" TEXT,
    "account_id" TEXT,
    "space_id" TEXT,
    "stage" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "score" DOUBLE PRECISION,
    "detector" TEXT NOT NULL,
    "reason" TEXT,
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verdict_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "watermark" (
    "code" BIGINT NOT NULL,
    "image_id" UUID,
    "key_id" TEXT NOT NULL,
    "strength" TEXT NOT NULL,

    CONSTRAINT "watermark_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "delivery" (
    "id" UUID NOT NULL,
    "generation_id" UUID NOT NULL,
    "platform" TEXT NOT NULL,
    "state" "delivery_state" NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "leased_until" TIMESTAMPTZ(3),
    "progress_at" TIMESTAMPTZ(3),
    "message" TEXT,
    "reason" TEXT,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "inbox_generation_id_key" ON "inbox"("generation_id");

-- CreateIndex
CREATE UNIQUE INDEX "account_platform_external_id_key" ON "account"("platform", "external_id");

-- CreateIndex
CREATE UNIQUE INDEX "space_platform_external_id_key" ON "space"("platform", "external_id");

-- CreateIndex
CREATE INDEX "generation_person_id_id_idx" ON "generation"("person_id", "id");

-- CreateIndex
CREATE INDEX "generation_person_id_status_idx" ON "generation"("person_id", "status");

-- CreateIndex
CREATE INDEX "generation_status_turn_id_idx" ON "generation"("status", "turn", "id");

-- CreateIndex
CREATE INDEX "generation_kind_status_ended_at_idx" ON "generation"("kind", "status", "ended_at");

-- CreateIndex
CREATE INDEX "image_key_idx" ON "image"("key");

-- CreateIndex
CREATE UNIQUE INDEX "image_generation_id_index_key" ON "image"("generation_id", "index");

-- CreateIndex
CREATE INDEX "verdict_generation_id_idx" ON "verdict"("generation_id");

-- CreateIndex
CREATE UNIQUE INDEX "watermark_image_id_key" ON "watermark"("image_id");

-- CreateIndex
CREATE UNIQUE INDEX "delivery_generation_id_key" ON "delivery"("generation_id");

-- CreateIndex
CREATE INDEX "delivery_state_platform_due_at_idx" ON "delivery"("state", "platform", "due_at");

-- CreateIndex
CREATE INDEX "delivery_platform_message_idx" ON "delivery"("platform", "message");

-- AddForeignKey
ALTER TABLE "inbox" ADD CONSTRAINT "inbox_generation_id_fkey" FOREIGN KEY ("generation_id") REFERENCES "generation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "generation" ADD CONSTRAINT "generation_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "generation"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "generation" ADD CONSTRAINT "generation_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "generation" ADD CONSTRAINT "generation_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "generation" ADD CONSTRAINT "generation_space_id_fkey" FOREIGN KEY ("space_id") REFERENCES "space"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "image" ADD CONSTRAINT "image_generation_id_fkey" FOREIGN KEY ("generation_id") REFERENCES "generation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "watermark" ADD CONSTRAINT "watermark_image_id_fkey" FOREIGN KEY ("image_id") REFERENCES "image"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_generation_id_fkey" FOREIGN KEY ("generation_id") REFERENCES "generation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Verdicts are append-only.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER "verdict_append_only" BEFORE UPDATE OR DELETE ON "verdict" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "verdict_no_truncate" BEFORE TRUNCATE ON "verdict" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
